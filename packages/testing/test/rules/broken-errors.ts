import type { RuleSubject } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { layer } from './layers.ts'

/** Mistakes with rule 8, no unhandled rejection, and with rule 9, the last error is the error. */
export const brokenErrors: readonly Broken[] = [
  {
    mistake: 'forgets a promise that follows the work',
    subject: {
      make: options =>
        layer(options, (next, operation, call) => {
          const work = next(operation, call)
          if (call.isCancellable) void work.finally(() => {})
          return work
        }),
    },
    breaks: {
      'unhandled rejections: expected 0, got 2': ['rule 8: no rejection goes unhandled of work that outlived its run'],
    },
  },
  {
    mistake: 'wraps what the operation throws',
    subject: rewriting(error => new Error('all attempts have failed', { cause: error })),
    breaks: {
      'the end of the first run: expected down, got undefined': ['rule 3: a listener may run the policy again'],
      'what the run rejected with at once: expected Error: down, got Error: all attempts have failed': [
        'rule 7: an error comes at once where nothing is waited for',
      ],
      'what arrives of the error: expected Error: down, got Error: all attempts have failed': [
        'rule 9: what the operation rejects last arrives as it is',
        'rule 9: what the operation throws last arrives as it is',
      ],
      'the run: expected something that cannot be shown, of type object, got Error: all attempts have failed': [
        'rule 11: an error whose members throw passes through, and is told to listeners',
      ],
    },
  },
  {
    mistake: 'writes on the error',
    subject: rewriting(error => {
      if (error instanceof Error) Object.assign(error, { attempts: 1 })
      return error
    }),
    breaks: {
      'the members of the error: expected stack, message, down, got stack, message, attempts, down': [
        'rule 9: what the operation rejects last arrives as it is',
        'rule 9: what the operation throws last arrives as it is',
      ],
    },
  },
  {
    mistake: 'writes into the message of the error',
    subject: rewriting(error => {
      if (error instanceof Error && !Object.isFrozen(error)) error.message = `layer: ${error.message}`
      return error
    }),
    breaks: {
      'the members of the error: expected stack, message, down, got stack, message, layer: down': [
        'rule 9: what the operation rejects last arrives as it is',
        'rule 9: what the operation throws last arrives as it is',
      ],
      'the run: expected something that cannot be shown, of type object, got Error: do not look at me': [
        'rule 11: an error whose members throw passes through, and is told to listeners',
      ],
    },
  },
  {
    mistake: 'does not expect that an error is frozen',
    subject: rewriting(error => {
      if (Object.isFrozen(error) && error instanceof Error) error.message = 'layer: failed'
      return error
    }),
    breaks: {
      "what arrives of the frozen error: expected Error: down, got TypeError: Cannot assign to read only property 'message' of object 'Error: down'":
        [
          'rule 9: what the operation rejects last arrives as it is',
          'rule 9: what the operation throws last arrives as it is',
        ],
    },
  },
  {
    mistake: 'makes an error of what is none',
    subject: rewriting(error => (error instanceof Error ? error : new TypeError('not an error was thrown'))),
    breaks: {
      'what arrives of the text: expected down, got TypeError: not an error was thrown': [
        'rule 9: what the operation rejects last arrives as it is',
        'rule 9: what the operation throws last arrives as it is',
      ],
    },
  },
  {
    mistake: 'throws an error of its own when nothing was thrown',
    subject: rewriting(error => error ?? new Error('unknown error')),
    breaks: {
      'what arrives of the undefined: expected undefined, got Error: unknown error': [
        'rule 9: what the operation rejects last arrives as it is',
        'rule 9: what the operation throws last arrives as it is',
      ],
    },
  },
  {
    mistake: 'wraps what the operation throws synchronously',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(own => {
            try {
              return operation(own)
            } catch (error) {
              throw new Error('the operation threw', { cause: error })
            }
          }, call),
        ),
    },
    breaks: {
      'what arrives of the error: expected Error: down, got Error: the operation threw': [
        'rule 9: what the operation throws last arrives as it is',
      ],
    },
  },
]

function rewriting(rewritten: (error: unknown) => unknown): RuleSubject {
  return {
    make: options =>
      layer(options, (next, operation, call) =>
        next(operation, call).then(undefined, (error: unknown) => {
          throw call.cancelled === undefined ? rewritten(error) : error
        }),
      ),
  }
}
