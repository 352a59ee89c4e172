import { shared } from './protocol.ts'

/** Where a policy gets its time from. Tests inject a virtual one: `virtualClock` of `@holdfast/testing`. */
export interface Clock {
  /** Monotonic time in milliseconds. Only differences mean something. */
  nowMs(): number
  /** Wall-clock time in milliseconds since 1970-01-01 UTC, for what leaves the process. */
  epochMs(): number
  /** Calls back once, `delayMs` from now. Returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, delayMs: number): unknown
  /** Clears a timer that has not run yet; does nothing for any other. */
  clearTimeout(timer: unknown): void
}

/**
 * The clock that policies use unless they are given one. It looks the globals up at each call, so that fake timers
 * installed later are seen.
 */
export const systemClock: Clock = /* @__PURE__ */ shared('clock', () => ({
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: timer => clearTimeout(timer as number),
}))

/** True of a time that no timer can hold, 2^31 ms and more: it means that there is no limit. */
export function isUnlimited(ms: number): boolean {
  return ms > 2 ** 31 - 1
}

/** `clock.setTimeout`, for a time that may be no limit: there is no timer then, and undefined is returned. */
export function startTimer(clock: Clock, callback: () => void, delayMs: number): unknown {
  return isUnlimited(delayMs) ? undefined : clock.setTimeout(callback, delayMs)
}

/** Lets the process end although `timer` is pending, where the platform knows that. */
export function unref(timer: unknown): void {
  ;(timer as { unref?: () => void } | undefined)?.unref?.()
}
