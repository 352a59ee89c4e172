import { type AnyPolicy, BulkheadFullError } from '@holdfast/core'
import { rejectWith } from '@holdfast/core/kernel'
import type { RuleOptions } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { layer } from './layers.ts'
import { freeAtTheEnd } from './places.ts'
import { withHabit, withQueue } from './queueing.ts'

/** Mistakes with rules 4 and 10 in how a place goes from one call to the next. */
export const brokenHandOvers: readonly Broken[] = [
  {
    mistake: 'wakes who waits, who then finds the place taken by a newcomer, and waits on',
    subject: withQueue(options => {
      const waiting: (() => void)[] = []
      const place = { isTaken: false }
      const free = (): void => {
        place.isTaken = false
        waiting.shift()?.()
      }
      return layer(options, async (next, operation, call) => {
        while (place.isTaken && call.remainingMs() > 0) await woken(waiting)
        place.isTaken = true
        return freeAtTheEnd(next, operation, call, free)
      })
    }),
    breaks: {
      'started, with a newcomer after 0 microtasks: expected waiting, newcomer, got newcomer, waiting': [
        'rule 4: a newcomer takes no place of work that waits, whenever it comes',
      ],
      'the late run is rejected at once: expected true, got the value late': [
        'rule 7: who comes after the deadline waits in no queue',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'rejects who has waited when a newcomer has taken the place',
    subject: withQueue(options => {
      const waiting: (() => void)[] = []
      const place = { isTaken: false }
      const free = (): void => {
        place.isTaken = false
        waiting.shift()?.()
      }
      return layer(options, async (next, operation, call) => {
        if (place.isTaken && call.remainingMs() > 0) await woken(waiting)
        const facts = { active: 1, queued: waiting.length }
        if (place.isTaken) return rejectWith(() => new BulkheadFullError(options.name ?? 'queue', facts))
        place.isTaken = true
        return freeAtTheEnd(next, operation, call, free)
      })
    }),
    breaks: {
      'started, with a newcomer after 0 microtasks: expected waiting, newcomer, got newcomer': [
        'rule 4: a newcomer takes no place of work that waits, whenever it comes',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'loses the place that it gives to a call which is aborted meanwhile',
    subject: withHabit({ passOn: () => {} }),
    breaks: {
      'starts of the work behind work aborted after 0 microtasks: expected 1, got 0': [
        'rule 4: work that is aborted while it gets its place passes it on',
      ],
    },
  },
  {
    mistake: 'starts who comes next in the middle of an abort',
    subject: withQueue(options => startingAtOnce(options, true)),
    breaks: {
      'starts in the middle of the abort: expected 0, got 1': [
        'rule 4: work that gets a place starts after those who gave it have gone on',
      ],
      'requests and their contexts: expected second, second, third, third, got second, first, third, first': [
        'rule 10: work that waited runs in the async context of its caller, not of who gave it its place',
      ],
    },
  },
  {
    mistake: 'starts who comes next from who gives up the place',
    subject: withQueue(options => startingAtOnce(options, false)),
    breaks: {
      'requests and their contexts: expected second, second, third, third, got second, first, third, first': [
        'rule 10: work that waited runs in the async context of its caller, not of who gave it its place',
      ],
    },
  },
]

/** Waits to be called. */
function woken(waiting: (() => void)[]): Promise<void> {
  return new Promise(resolve => {
    waiting.push(resolve)
  })
}

/** Keeps who waits as callbacks, and calls them wherever a place gets free. */
function startingAtOnce(options: RuleOptions, freesAtAborts: boolean): AnyPolicy {
  const waiting: (() => void)[] = []
  let isTaken = false
  const free = (): void => {
    isTaken = false
    waiting.shift()?.()
  }
  return layer(options, (next, operation, call) => {
    const start = (): Promise<unknown> => {
      if (call.cancelled !== undefined) {
        free()
        return Promise.reject(call.cancelled.reason)
      }
      isTaken = true
      let isFreed = false
      const freeOnce = (): void => {
        if (!isFreed) free()
        isFreed = true
      }
      if (freesAtAborts) call.signal.addEventListener('abort', freeOnce)
      return freeAtTheEnd(next, operation, call, freeOnce)
    }
    if (!isTaken) return start()
    if (call.remainingMs() === 0) return Promise.reject(new Error('too late'))
    return new Promise((resolve, reject) => {
      waiting.push(() => {
        start().then(resolve, reject)
      })
    })
  })
}
