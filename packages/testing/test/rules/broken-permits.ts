import { BulkheadFullError, isProtective } from '@holdfast/core'
import { rejectWith } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { layer, running } from './layers.ts'
import { freeAtTheEnd, freeing, freeingAfter, rejection, withOnePlace } from './places.ts'

const full = { active: 1, queued: 0 }

/** Mistakes with rule 2: every admission is a one-shot permit. */
export const brokenPermits: readonly Broken[] = [
  {
    mistake: 'frees its place when the work fails, and not when it succeeds',
    subject: withOnePlace((next, operation, call, free) => next(operation, call).catch(freeingAfter(free))),
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after a value',
        'rule 2: the place of a call comes back, once, after a plain value',
        'rule 2: the place of a call comes back, once, after an abort by the operation itself',
        'rule 2: the place of a call comes back, once, when work that was aborted resolves at last',
      ],
      'the answers: expected first,second, got BulkheadFullError': [
        'rule 2: the place of a call is free before the caller is answered',
      ],
      'the run after the step: expected last, got BulkheadFullError': [
        'rule 6: a clock that steps back by an hour does not disturb calls',
        'rule 6: a clock that steps forward by an hour does not disturb calls',
      ],
    },
  },
  {
    mistake: 'frees its place in then, and not in finally',
    subject: withOnePlace((next, operation, call, free) => next(operation, call).then(freeing(free))),
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
        'rule 2: the place of a call comes back, once, after a rejection',
        'rule 2: the place of a call comes back, once, after a synchronous throw',
        'rule 2: the place of a call comes back, once, after the rejection of a policy inside',
        'rule 2: the place of a call comes back, once, after an abort',
        'rule 2: the place of a call comes back, once, after the limit of its run',
        'rule 2: the place of a call comes back, once, when work that was aborted rejects at last',
        'rule 2: the place of a call comes back, once, and not for those who got none',
      ],
      'the run after the step: expected last, got BulkheadFullError': [
        'rule 6: a clock that steps back by an hour does not disturb calls',
        'rule 6: a clock that steps forward by an hour does not disturb calls',
      ],
    },
  },
  {
    mistake: 'frees its place when a promise settles, and has none for a plain value',
    subject: withOnePlace((next, operation, call, free) => {
      let isPlain = false
      const own: typeof operation = inner => {
        const result = operation(inner)
        isPlain = !(result instanceof Promise)
        return result
      }
      return next(own, call).then(value => {
        if (!isPlain) free()
        return value
      }, freeingAfter(free))
    }),
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after a plain value',
        'rule 2: the place of a call comes back, once, after an abort by the operation itself',
      ],
      'the answers: expected first,second, got BulkheadFullError': [
        'rule 2: the place of a call is free before the caller is answered',
      ],
      'the run after the step: expected last, got BulkheadFullError': [
        'rule 6: a clock that steps back by an hour does not disturb calls',
        'rule 6: a clock that steps forward by an hour does not disturb calls',
      ],
    },
  },
  {
    mistake: 'frees its place behind a call that may throw',
    subject: withOnePlace((next, operation, call, free) =>
      next(own => {
        const work = operation(own)
        const end = (): void => free()
        Promise.resolve(work).then(end, end)
        return work
      }, call),
    ),
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after a synchronous throw',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'takes the rejection of a policy inside for its own, which held no place',
    subject: withOnePlace((next, operation, call, free) =>
      next(operation, call).then(
        freeing(free),
        freeingAfter(free, error => !isProtective(error)),
      ),
    ),
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after the rejection of a policy inside',
      ],
    },
  },
  {
    mistake: 'frees its place twice when the work succeeds',
    subject: withOnePlace((next, operation, call, free) =>
      next(operation, call).then(freeing(free)).then(freeing(free), freeingAfter(free)),
    ),
    breaks: {
      'operations that run at once: expected 1, got 2': [
        'rule 2: the place of a call comes back, once, after a value',
        'rule 2: the place of a call comes back, once, after a plain value',
        'rule 2: the place of a call comes back, once, after an abort by the operation itself',
        'rule 2: the place of a call comes back, once, when work that was aborted resolves at last',
      ],
    },
  },
  {
    mistake: 'frees its place after its caller was answered',
    subject: withOnePlace((next, operation, call, free) => {
      const later = (): void =>
        void Promise.resolve()
          .then(() => {})
          .then(() => {})
          .then(free)
      return freeAtTheEnd(next, operation, call, later)
    }),
    breaks: {
      'the answers: expected first,second, got BulkheadFullError': [
        'rule 2: the place of a call is free before the caller is answered',
      ],
    },
  },
  {
    mistake: 'gives back a place for a run that got none',
    subject: {
      maxConcurrent: 1,
      rejection,
      make: options => {
        let active = 0
        return running(layer(options), (run, operation, given) => {
          const leave = (): number => active--
          if (active > 0) return rejectWith(() => new BulkheadFullError(options.name ?? 'place', full)).finally(leave)
          active++
          return run(operation, given).finally(leave)
        })
      },
    },
    breaks: {
      'operations that run at once: expected 1, got 2': [
        'rule 2: the place of a call comes back, once, and not for those who got none',
      ],
    },
  },
]
