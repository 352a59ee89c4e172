import type { RuleOptions, RuleSubject } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { layer, type Step } from './layers.ts'
import { repeating, WAIT_MS } from './repeating.ts'

/** Refers to nothing of the call. */
const onTimer = (): void => {}

/** Mistakes with rule 5: no timer is left behind. */
export const brokenTimers: readonly Broken[] = [
  {
    mistake: 'clears its timer only when the call fails',
    subject: timed((work, clear) => work().catch(error => rethrowing(clear, error))),
    breaks: { 'timers: expected 0, got 1': ['rule 5: after a value, no timer and no listener is left'] },
  },
  {
    mistake: 'clears its timer only when the call succeeds',
    subject: timed((work, clear) => work().then(value => returning(clear, value))),
    breaks: {
      'timers: expected 0, got 1': [
        'rule 5: after a failure, no timer and no listener is left',
        'rule 5: after a synchronous throw, no timer and no listener is left',
        'rule 5: after an abort, no timer and no listener is left',
      ],
    },
  },
  {
    mistake: 'leaves its timer to run when the call is aborted',
    subject: timed((work, clear, isAborted) =>
      work().then(
        value => returning(clear, value),
        error => rethrowing(isAborted() ? () => {} : clear, error),
      ),
    ),
    breaks: { 'timers: expected 0, got 1': ['rule 5: after an abort, no timer and no listener is left'] },
  },
  {
    mistake: 'clears its timer behind a call that may throw',
    subject: {
      make: ({ clock, ...options }) =>
        layer({ clock, ...options }, (next, operation, call) =>
          next(own => {
            const timer = clock.setTimeout(onTimer, 10_000)
            const result = operation(own)
            const clear = (): void => clock.clearTimeout(timer)
            Promise.resolve(result).then(clear, clear)
            return result
          }, call),
        ),
    },
    breaks: {
      'timers: expected 0, got 1': ['rule 5: after a synchronous throw, no timer and no listener is left'],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'starts a timer for a wait, and finds that the wait is in vain',
    subject: {
      waitMs: WAIT_MS,
      make: options =>
        repeating(options, call => {
          const isInVain = call.remainingMs() <= WAIT_MS
          if (isInVain) options.clock.setTimeout(onTimer, WAIT_MS)
          return isInVain
        }),
    },
    breaks: { 'timers: expected 0, got 1': ['rule 7: a wait that would end at the deadline is not begun'] },
  },
]

/** A policy that starts a timer for each call, and `hold`s it as long as it should. */
function timed(
  hold: (work: () => Promise<unknown>, clear: () => void, isAborted: () => boolean) => Promise<unknown>,
): RuleSubject {
  const stepOf =
    ({ clock }: RuleOptions): Step =>
    (next, operation, call) => {
      const timer = clock.setTimeout(onTimer, 10_000)
      return hold(
        () => next(operation, call),
        () => clock.clearTimeout(timer),
        () => call.cancelled !== undefined,
      )
    }
  return { make: options => layer(options, stepOf(options)) }
}

function returning<T>(clear: () => void, value: T): T {
  clear()
  return value
}

function rethrowing(clear: () => void, error: unknown): never {
  clear()
  throw error
}
