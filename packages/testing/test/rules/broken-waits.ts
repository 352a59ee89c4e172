import type { AnyPolicy } from '@holdfast/core'
import type { RuleOptions } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { detached } from './detached.ts'
import { isAborted, isTimeout } from './given.ts'
import { layer, running } from './layers.ts'
import { withQueue } from './queueing.ts'
import { sleep } from './sleep.ts'

/** Mistakes with rule 1 where something waits: an abort ends a backoff and a place in a queue. */
export const brokenWaits: readonly Broken[] = [
  {
    mistake: 'sleeps through an abort between two attempts',
    subject: {
      waitMs: 100,
      make: options =>
        running(layer(options), async (run, operation, given) => {
          try {
            return await run(operation, given)
          } catch (error) {
            if (isAborted(given) || isTimeout(error)) throw error
            await sleep(options.clock, 100)
            return run(operation, given)
          }
        }),
    },
    breaks: {
      'what it does: expected call in run 1, down, call in run 2, down, call in run 3, down': [
        'the contract: while it is not enabled, calls pass as if it were not there',
      ],
      'what the run rejected with: expected Error: the caller left, got nothing: it goes on': [
        'rule 1: an abort from outside between two attempts ends the wait at once',
      ],
      'what the run rejected with at once: expected Error: down, got nothing: it goes on': [
        'rule 7: a wait that would end at the deadline is not begun',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'calls again after a wait that was aborted',
    subject: {
      waitMs: 100,
      make: options =>
        layer(options, (next, operation, call) =>
          next(operation, call).catch(async error => {
            if (call.cancelled !== undefined || call.remainingMs() <= 100) throw error
            await sleep(options.clock, 100)
            return next(operation, detached(call))
          }),
        ),
    },
    breaks: {
      'calls of the operation: expected 1, got 2': [
        'rule 1: an abort from outside between two attempts ends the wait at once',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'queues by a chain of promises, which no abort gets out of',
    subject: withQueue(chained),
    breaks: {
      'what the run rejected with: expected Error: the caller left, got nothing: it goes on': [
        'rule 1: an abort from outside ends a wait in the queue at once',
      ],
      'the late run is rejected at once: expected true, got nothing: it goes on': [
        'rule 7: who comes after the deadline waits in no queue',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'calls in the end for those who have left its queue',
    subject: withQueue(deaf),
    breaks: {
      'calls of its operation: expected 0, got 1': ['rule 1: an abort from outside ends a wait in the queue at once'],
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after an abort',
        'rule 2: the place of a call comes back, once, and not for those who got none',
      ],
      'starts of the work behind work aborted after 0 microtasks: expected 1, got 0': [
        'rule 4: work that is aborted while it gets its place passes it on',
      ],
      'the late run is rejected at once: expected true, got nothing: it goes on': [
        'rule 7: who comes after the deadline waits in no queue',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
]

/** Each call begins when the one before it has ended, whether anybody wants it or not. */
function deaf(options: RuleOptions): AnyPolicy {
  let last: Promise<unknown> = Promise.resolve()
  return layer(options, (next, operation, call) => {
    const turn = last.then(() => next(operation, call.cancelled === undefined ? call : detached(call)))
    last = turn.catch(() => {})
    return turn
  })
}

/** Each run begins when the one before it has ended. */
function chained(options: RuleOptions): AnyPolicy {
  let last: Promise<unknown> = Promise.resolve()
  return running(layer(options), (run, operation, given) => {
    const turn = last.then(() => run(operation, given))
    last = turn.catch(() => {})
    return turn
  })
}
