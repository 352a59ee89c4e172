import { type AnyPolicy, CircuitOpenError } from '@holdfast/core'
import { rejectWith } from '@holdfast/core/kernel'
import type { RuleOptions, RuleRejection, RuleSubject } from '@holdfast/testing'
import { layer } from './layers.ts'

const OPEN_MS = 5_000

const rejection: RuleRejection = {
  code: 'ERR_HOLDFAST_CIRCUIT_OPEN',
  provoke: async policy => {
    const fail = (): Promise<never> => Promise.reject(new Error('down'))
    for (let failure = 1; failure <= 2; failure++) await policy.run(fail).catch(() => {})
    return policy.run(() => 'up')
  },
  recoversWithinMs: OPEN_MS,
}

/** Tells how long a circuit has been open. */
export interface Stopwatch {
  /** The circuit opens. */
  readonly start: () => void
  readonly elapsedMs: () => number
}

/** What is put to the rules: a breaker that opens at the second failure in a row, and closes when its time is over. */
export const breakerTimedBy = (stopwatch: (options: RuleOptions) => Stopwatch): RuleSubject => ({
  make: options => breaker(options, stopwatch(options)),
  rejection,
})

function breaker(options: RuleOptions, { start, elapsedMs }: Stopwatch): AnyPolicy {
  const name = options.name ?? 'breaker'
  let failures = 0
  return layer(options, (next, operation, call) => {
    const elapsed = failures < 2 ? OPEN_MS : elapsedMs()
    if (elapsed < OPEN_MS) {
      const facts = { retryAfterMs: OPEN_MS - elapsed, isolated: false }
      return rejectWith(() => new CircuitOpenError(name, facts))
    }
    if (failures >= 2) failures = 0
    return next(operation, call).then(
      value => {
        failures = 0
        return value
      },
      (error: unknown) => {
        if (call.cancelled === undefined && ++failures === 2) start()
        throw error
      },
    )
  })
}

/** As it should be: a reading before the last one begins the time anew. */
export function steadyStopwatch({ clock }: RuleOptions): Stopwatch {
  let startedMs = 0
  return {
    start: () => {
      startedMs = clock.nowMs()
    },
    elapsedMs: () => {
      startedMs = Math.min(startedMs, clock.nowMs())
      return clock.nowMs() - startedMs
    },
  }
}
