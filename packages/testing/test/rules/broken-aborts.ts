import type { AnyPolicy, Call } from '@holdfast/core'
import { Emitter, promised, readPolicyOptions } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { isAborted, isTimeout } from './given.ts'
import { type Failed, heard, layer, pass, running } from './layers.ts'
import { queueing } from './queueing.ts'

/** Mistakes with rule 1: an abort from outside is not a failure. */
export const brokenAborts: readonly Broken[] = [
  {
    mistake: 'waits for the event of a signal that has aborted before',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) => run(operation, isAborted(given) ? {} : given)),
    },
    breaks: {
      'what the run rejected with: expected Error: the caller left, got nothing: it goes on': [
        'rule 1: an abort from outside before the run never calls the operation',
      ],
    },
  },
  {
    mistake: 'tells of a run that never began',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        return running(heard(emitter, pass), (run, operation, given) => {
          if (isAborted(given)) emitter.emit({ type: 'layer.failed', error: given?.signal?.reason })
          return run(operation, given)
        })
      },
    },
    breaks: {
      'events: expected nothing, got layer.failed': [
        'rule 1: an abort from outside before the run never calls the operation',
      ],
    },
  },
  {
    mistake: 'calls first, and looks at the signal then',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) => {
          if (!isAborted(given)) return run(operation, given)
          void run(operation)
          return Promise.reject(given?.signal?.reason as Error)
        }),
    },
    breaks: {
      'calls of the operation: expected 0, got 1': [
        'rule 1: an abort from outside before the run never calls the operation',
      ],
    },
  },
  {
    mistake: 'answers when the work that it aborted has ended',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) => {
          let work: Promise<unknown> = Promise.resolve()
          const answer = run(call => {
            work = promised(() => operation(call))
            return work
          }, given)
          return answer.catch(error => {
            const rethrow = (): never => {
              throw error
            }
            return work.then(rethrow, rethrow)
          })
        }),
    },
    breaks: {
      'what the run rejected with: expected Error: the caller left, got nothing: it goes on': [
        'rule 1: an abort from outside rejects at once with its reason, though the operation does not listen',
      ],
      'a run: expected its end, got nothing: it goes on, and no time is left to pass': [
        'rule 2: the place of a call comes back, once, when work that was aborted resolves at last',
        'rule 2: the place of a call comes back, once, when work that was aborted rejects at last',
        'rule 5: a value that comes too late goes to discard, once',
        'rule 8: no rejection goes unhandled of work that outlived its run',
      ],
    },
  },
  {
    mistake: 'aborts the signal of the operation without a reason',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(own => {
            const controller = new AbortController()
            own.signal.addEventListener('abort', () => controller.abort())
            return operation(Object.create(own, { signal: { value: controller.signal } }) as Call)
          }, call),
        ),
    },
    breaks: {
      'the reason of the signal of the operation: expected Error: the caller left, got AbortError: This operation was aborted':
        [
          'rule 1: an abort from outside rejects at once with its reason, though the operation listens',
          'rule 1: an abort from outside rejects at once with its reason, though the operation does not listen',
        ],
    },
  },
  {
    mistake: 'rejects with an AbortError of its own',
    subject: {
      make: options => rejectingWithAbortErrors(layer(options)),
      makeQueueing: options => rejectingWithAbortErrors(queueing(options)),
    },
    breaks: {
      'what the run rejected with: expected Error: the caller left, got AbortError: the run was aborted': [
        'rule 1: an abort from outside before the run never calls the operation',
        'rule 1: an abort from outside rejects at once with its reason, though the operation listens',
        'rule 1: an abort from outside rejects at once with its reason, though the operation does not listen',
        'rule 1: an abort from outside ends a wait in the queue at once',
      ],
      'the run: expected Error: the caller left, got AbortError: the run was aborted': [
        'rule 1: an abort from outside is neither retried nor counted nor answered',
      ],
      'the outer run: expected Error: the caller left, got AbortError: the run was aborted': [
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
      'work aborted after 0 microtasks: expected Error: the caller left, got AbortError: the run was aborted': [
        'rule 4: work that is aborted while it gets its place passes it on',
      ],
    },
  },
  {
    mistake: 'answers an abort with a fallback',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) =>
          run(operation, given).catch(error => {
            if (isAborted(given) || isTimeout(error)) return 'instead'
            throw error
          }),
        ),
    },
    breaks: {
      'what the run rejected with: expected Error: the caller left, got the value instead': [
        'rule 1: an abort from outside before the run never calls the operation',
        'rule 1: an abort from outside rejects at once with its reason, though the operation listens',
        'rule 1: an abort from outside rejects at once with its reason, though the operation does not listen',
      ],
      'the run: expected Error: the caller left, got the value instead': [
        'rule 1: an abort from outside is neither retried nor counted nor answered',
      ],
      'the code of the error: expected ERR_HOLDFAST_TIMEOUT, got undefined': [
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
      ],
      'the outer run: expected Error: the caller left, got the value instead': [
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
    },
  },
]

function rejectingWithAbortErrors(policy: AnyPolicy): AnyPolicy {
  return running(policy, (run, operation, given) =>
    run(operation, given).catch(error => {
      if (isAborted(given)) throw new DOMException('the run was aborted', 'AbortError')
      throw error
    }),
  )
}
