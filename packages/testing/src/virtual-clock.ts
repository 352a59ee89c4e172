import type { Clock } from '@holdfast/core'
import { inPresentContext } from './async-context.ts'
import { TimerHeap } from './timer-heap.ts'

/** Away from 0, so that code shows which takes a time for a flag or for a duration. */
export const START_MS = 10_000
export const START_EPOCH_MS: number = Date.UTC(2030, 0, 1)
const MOST_TIMERS = 100_000

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Timers that were set and have neither run nor been cleared. */
  readonly pendingTimers: number
  /**
   * Lets `ms` pass, at least 0: runs the timers that come due, in order, and lets all promises settle before the first,
   * between them and after the last. Rejects with what a timer throws.
   */
  readonly advance: (ms: number) => Promise<void>
  /** Goes from timer to timer until there are none. Rejects with an `Error` when 100 000 have run and more are set. */
  readonly runAll: () => Promise<void>
  /** Lets promises settle while no time passes. */
  readonly settle: () => Promise<void>
  /** Sets both times forward or, below 0, back, as if the clock had been corrected. Timers keep their distance. */
  readonly jump: (ms: number) => void
}

/**
 * Time for tests: a scenario of minutes runs in milliseconds, and the same way each time. Like that of the platform,
 * a timer of more than 2^31−1 ms, or of none, runs after 1 ms.
 *
 * @example
 * const clock = virtualClock()
 * const answer = timeout({ timeoutMs: 800, clock }).run(() => new Promise(() => {}))
 * await Promise.all([assert.rejects(answer), clock.advance(800)])
 */
export function virtualClock(): VirtualClock {
  const timers = new TimerHeap()
  let elapsedMs = 0
  let jumpedMs = 0

  const advanceTo = async (targetMs: number): Promise<void> => {
    await settle()
    for (let timer = timers.takeUntil(targetMs); timer !== undefined; timer = timers.takeUntil(targetMs)) {
      elapsedMs = Math.max(elapsedMs, timer.atMs)
      timer.callback()
      await settle()
    }
    elapsedMs = Math.max(elapsedMs, targetMs)
  }

  return {
    nowMs: () => START_MS + elapsedMs + jumpedMs,
    epochMs: () => START_EPOCH_MS + elapsedMs + jumpedMs,
    setTimeout: (callback, delayMs) => timers.add(elapsedMs + timerMs(delayMs), inPresentContext(callback)),
    clearTimeout: timer => timers.remove(timer),
    get pendingTimers() {
      return timers.size
    },
    advance: ms => {
      if (typeof ms !== 'number' || !(ms >= 0 && ms < Infinity)) {
        return Promise.reject(new RangeError(`virtualClock: advance takes milliseconds, at least 0, got ${ms}`))
      }
      return advanceTo(elapsedMs + ms)
    },
    runAll: async () => {
      await settle()
      for (let run = 0; timers.size > 0; run++) {
        if (run === MOST_TIMERS) throw new Error(`virtualClock: ${MOST_TIMERS} timers have run, and more are set`)
        await advanceTo(timers.nextAtMs)
      }
    },
    settle,
    jump: ms => {
      if (!Number.isFinite(ms))
        throw new RangeError(`virtualClock: jump takes a finite number of milliseconds, got ${ms}`)
      jumpedMs += ms
    },
  }
}

/** How long a timer takes: like that of the platform, one of more than 2^31−1 ms, or of none, takes 1 ms. */
export function timerMs(delayMs: number): number {
  return delayMs >= 1 && delayMs <= 2 ** 31 - 1 ? delayMs : 1
}

// Taken at once, so that fake timers installed later leave them alone.
const { setImmediate: immediate, MessageChannel: Channel } = globalThis as {
  setImmediate?: (callback: () => void) => unknown
  MessageChannel: typeof MessageChannel
}

/** A turn of the event loop: when it comes, no promise is left that could settle by itself. */
export function settle(): Promise<void> {
  return new Promise(resolve => {
    if (immediate !== undefined) immediate(resolve)
    else {
      const { port1, port2 } = new Channel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    }
  })
}
