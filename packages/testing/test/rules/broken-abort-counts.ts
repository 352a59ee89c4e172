import { TimeoutError } from '@holdfast/core'
import type { Broken } from './broken.ts'
import { detached } from './detached.ts'
import { isCall, isTimeout } from './given.ts'
import { counting, layer, running } from './layers.ts'

/** Mistakes with rule 1 that show afterwards: an abort from outside is neither retried nor counted. */
export const brokenAbortCounts: readonly Broken[] = [
  {
    mistake: 'repeats what was aborted',
    subject: {
      make: options =>
        layer(options, (next, operation, call) => next(operation, call).catch(() => next(operation, detached(call)))),
    },
    breaks: {
      'calls of the operation in aborted run 1: expected 1, got 2': [
        'rule 1: an abort from outside is neither retried nor counted nor answered',
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
      ],
      'calls of the operation in aborted run 1: expected 1, got 3': [
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'names another policy when the limit of a run has passed',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) =>
          run(operation, given).catch(error => {
            if (isTimeout(error)) throw new TimeoutError('timeout', 5)
            throw error
          }),
        ),
    },
    breaks: {
      'the policy that it names: expected layer, got timeout': [
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
      ],
    },
  },
  {
    mistake: 'counts an abort as a failure',
    subject: { make: options => counting(options, () => true) },
    breaks: {
      'what it does after that: expected call in run 1, down, call in run 2, down, call in run 3': [
        'rule 1: an abort from outside is neither retried nor counted nor answered',
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
    },
  },
  {
    mistake: 'counts the limit of the caller as a failure',
    subject: {
      make: options => counting(options, ({ cancelled }, error) => cancelled === undefined || isTimeout(error)),
    },
    breaks: {
      'what it does after that: expected call in run 1, down, call in run 2, down, call in run 3': [
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
      ],
    },
  },
  {
    mistake: 'counts as a failure what a policy further out has cut short',
    subject: { make: options => counting(options, ({ root }) => root.cancelled === undefined) },
    breaks: {
      'what it does after that: expected call in run 1, down, call in run 2, down, call in run 3': [
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
      ],
    },
  },
  {
    mistake: 'does not belong to the call that it is run in',
    subject: {
      make: options =>
        running(
          counting(options, ({ cancelled }) => cancelled === undefined),
          (run, operation, given) => (isCall(given) ? run(() => operation(given)) : run(operation, given)),
        ),
    },
    breaks: {
      'what it does after that: expected call in run 1, down, call in run 2, down, call in run 3': [
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
    },
  },
]
