import type { Broken } from './broken.ts'
import { layer, running } from './layers.ts'
import { freeing, freeingAfter, withOnePlace } from './places.ts'

/** Mistakes with rule 2 where a run is aborted. */
export const brokenPermitAborts: readonly Broken[] = [
  {
    mistake: 'takes a place before it looks at the signal',
    subject: {
      maxConcurrent: 1,
      make: options => {
        let active = 0
        return running(layer(options), (run, operation, given) => {
          if (active > 0) return Promise.reject(new Error('full'))
          active++
          if (given?.signal?.aborted) return Promise.reject(given.signal.reason as Error)
          return run(operation, given).finally(() => active--)
        })
      },
    },
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after an abort before the operation is called',
      ],
    },
  },
  {
    mistake: 'frees its place at an abort that it cannot hear any more',
    subject: withOnePlace((next, operation, call, free) => {
      const work = next(operation, call)
      call.signal.addEventListener('abort', free)
      const isFreed = (): boolean => call.cancelled === undefined
      return work.then(value => (isFreed() ? freeing(free)(value) : value), freeingAfter(free, isFreed))
    }),
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after an abort by the operation itself',
      ],
    },
  },
  {
    mistake: 'keeps its place when the run was aborted',
    subject: withOnePlace((next, operation, call, free) =>
      next(operation, call).then(
        freeing(free),
        freeingAfter(free, () => call.cancelled === undefined),
      ),
    ),
    breaks: {
      'the run: expected Error: the caller left, got BulkheadFullError': [
        'rule 1: an abort from outside is neither retried nor counted nor answered',
      ],
      'the code of the error: expected ERR_HOLDFAST_TIMEOUT, got ERR_HOLDFAST_BULKHEAD_FULL': [
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
      ],
      'the policy whose error came: expected cutting, got place': [
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
      ],
      'the outer run: expected Error: the caller left, got BulkheadFullError': [
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after an abort',
        'rule 2: the place of a call comes back, once, after the limit of its run',
        'rule 2: the place of a call comes back, once, when work that was aborted rejects at last',
        'rule 2: the place of a call comes back, once, and not for those who got none',
      ],
    },
  },
  {
    mistake: 'frees its place at the abort, and again when the work ends',
    subject: withOnePlace((next, operation, call, free) => {
      call.signal.addEventListener('abort', free)
      return next(operation, call).then(freeing(free), freeingAfter(free))
    }),
    breaks: {
      'operations that run at once: expected 1, got 2': [
        'rule 2: the place of a call comes back, once, after an abort',
        'rule 2: the place of a call comes back, once, after an abort by the operation itself',
        'rule 2: the place of a call comes back, once, after the limit of its run',
        'rule 2: the place of a call comes back, once, when work that was aborted resolves at last',
        'rule 2: the place of a call comes back, once, when work that was aborted rejects at last',
        'rule 2: the place of a call comes back, once, and not for those who got none',
      ],
    },
  },
]
