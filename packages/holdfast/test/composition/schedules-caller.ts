import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import type { AnyPolicy, Call, Clock, RunOptions } from 'holdfast'

/** How many microtasks after an abort there is an answer, also where another one had been decided on by then. */
const AT_ONCE = 2

export interface CallerOptions extends RunOptions {
  readonly isAbortable?: boolean
  /** That of the policies, where nobody else is served: no timer may be left when the answer comes. */
  readonly clock?: ReturnType<typeof clockOfPolicies>
}

export interface Caller {
  /** Undefined until the caller is answered. */
  readonly outcome: { readonly value: unknown } | { readonly error: unknown } | undefined
  /** How often the operation was called. */
  readonly calls: number
  readonly reason: Error
  readonly isAborted: boolean
  /** What the caller could hold against the policy. */
  readonly complaints: readonly string[]
  /** Aborts, and looks whether there is an answer at once. */
  readonly abort: () => Promise<void>
}

/** A clock for policies alone, which tells their timers from those of the scenario. */
export function clockOfPolicies(clock: Clock): Clock & { readonly pending: number } {
  const timers = new Set<unknown>()
  return {
    nowMs: () => clock.nowMs(),
    epochMs: () => clock.epochMs(),
    setTimeout: (callback, delayMs) => {
      const timer = clock.setTimeout(() => {
        timers.delete(timer)
        callback()
      }, delayMs)
      timers.add(timer)
      return timer
    },
    clearTimeout: timer => {
      timers.delete(timer)
      clock.clearTimeout(timer)
    },
    get pending() {
      return timers.size
    },
  }
}

/** Makes a call under `policy` and watches what no policy may do to any caller. */
export function call(
  policy: AnyPolicy,
  operation: (call: Call) => unknown,
  { isAbortable = true, clock, ...options }: CallerOptions = {},
): Caller {
  const controller = new AbortController()
  const { signal } = controller
  const reason = new Error('user left')
  const complaints: string[] = []
  const caller = { outcome: undefined as Caller['outcome'], calls: 0 }

  const watched = (of: Call): unknown => {
    if (caller.outcome !== undefined) complaints.push('called after the answer')
    if (signal.aborted) complaints.push('called after the abort')
    caller.calls++
    return operation(of)
  }
  const answered = (outcome: NonNullable<Caller['outcome']>): void => {
    caller.outcome = outcome
    if (abortListeners(signal) > 0) complaints.push('a listener is left')
    if (clock !== undefined && clock.pending > 0) complaints.push('a timer is left')
  }
  policy.run(watched, isAbortable ? { ...options, signal } : options).then(
    value => answered({ value }),
    (error: unknown) => answered({ error }),
  )

  return {
    get outcome() {
      return caller.outcome
    },
    get calls() {
      return caller.calls
    },
    get isAborted() {
      return signal.aborted
    },
    reason,
    complaints,
    abort: async () => {
      if (!isAbortable) return
      controller.abort(reason)
      for (let passed = 0; passed < AT_ONCE; passed++) await Promise.resolve()
      if (caller.outcome === undefined) complaints.push('aborted, and not answered at once')
    },
  }
}
