import { BulkheadFullError } from '@holdfast/core'
import { rejectWith } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { running } from './layers.ts'
import { freeing, freeingAfter } from './places.ts'
import { queueing, withHabit, withQueue } from './queueing.ts'

/** Mistakes with rule 4, accepted is accepted, and with what other rules say of queues. */
export const brokenQueues: readonly Broken[] = [
  {
    mistake: 'lets in first who came last',
    subject: withHabit({ takeNext: waiting => waiting.pop() }),
    breaks: {
      'started: expected 1, 2, 3, 4, 5, got 1, 5, 4, 3, 2': [
        'rule 4: work that waits is started in the order in which it came',
      ],
      'requests and their contexts: expected second, second, third, third, got third, third, second, second': [
        'rule 10: work that waited runs in the async context of its caller, not of who gave it its place',
      ],
    },
  },
  {
    mistake: 'rejects who comes third, and runs it all the same',
    subject: withQueue(options => {
      let pending = 0
      return running(queueing(options), (run, operation, given) => {
        const answer = run(operation, given).finally(() => pending--)
        if (++pending <= 2) return answer
        void answer.catch(() => {})
        return rejectWith(() => new BulkheadFullError(options.name ?? 'queue', { active: 1, queued: 1 }))
      })
    }),
    breaks: {
      'runs that were rejected: expected 0, got 1': [
        'rule 4: a newcomer takes no place of work that waits, whenever it comes',
      ],
    },
  },
  {
    mistake: 'keeps the place of an aborted call, for which others wait',
    subject: withHabit({
      hold: (next, operation, call, free) =>
        next(operation, call).then(
          freeing(free),
          freeingAfter(free, () => call.cancelled === undefined),
        ),
    }),
    breaks: {
      'calls of the operation in aborted run 2: expected 1, got 0': [
        'rule 1: an abort from outside is neither retried nor counted nor answered',
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
        'rule 1: an abort from outside of a run around this one is not counted',
      ],
      'operations that run at once: expected 1, got 0': [
        'rule 2: the place of a call comes back, once, after an abort',
        'rule 2: the place of a call comes back, once, after the limit of its run',
        'rule 2: the place of a call comes back, once, when work that was aborted rejects at last',
        'rule 2: the place of a call comes back, once, and not for those who got none',
      ],
      'starts of the work behind work aborted after 1 microtasks: expected 1, got 0': [
        'rule 4: work that is aborted while it gets its place passes it on',
      ],
      'starts after it: expected 1, got 0': [
        'rule 4: work that gets a place starts after those who gave it have gone on',
      ],
    },
  },
  {
    mistake: 'lets a call wait whose deadline has passed',
    subject: withHabit({ isInVain: () => false }),
    breaks: {
      'the late run is rejected at once: expected true, got nothing: it goes on': [
        'rule 7: who comes after the deadline waits in no queue',
      ],
    },
  },
]
