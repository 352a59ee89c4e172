import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, scripted } from '@holdfast/testing'
import {
  type Bulkhead,
  bulkhead,
  consecutiveFailures,
  constant,
  fallback,
  keyed,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import { expect } from 'vitest'
import { contextOf, keyOf } from './call-key.ts'
import type { Behaviour } from './no-clock-behaviours.ts'
import { breakerOf, fail, trip, up } from './no-clock-circuit.ts'

/** What bulkheads, policies per key and pipelines of all five do with time. */
export const slots: readonly Behaviour[] = [
  {
    name: 'bulkhead › rejects who has waited too long, and hands a slot to who has not',
    prepare: () => {
      const [hasty, patient] = [10, 60_000].map(maxWaitMs =>
        bulkhead({ maxConcurrent: 1, maxQueued: 1, maxWaitMs }),
      ) as [Bulkhead, Bulkhead]
      return async time => {
        const log: unknown[] = []

        const holders = [hasty, patient].map(policy => begin(policy))
        const waiting = [
          rejectionOf(hasty.run(up)).then(error => log.push((error as { code: string }).code)),
          patient.run(() => log.push('waiting work begins')),
        ]
        setTimeout(() => {
          log.push('work ends')
          for (const holder of holders) void holder.succeed()
        }, 20)
        await time.advance(20)
        await Promise.all(waiting)

        expect(log).toEqual(['ERR_HOLDFAST_BULKHEAD_FULL', 'work ends', 'waiting work begins'])
      }
    },
  },
  {
    name: 'bulkhead › takes a slot back from work that hangs',
    prepare: () => {
      const single = bulkhead({ maxConcurrent: 1, maxQueued: 1, reclaimMs: 10 })
      return async time => {
        const log: string[] = []
        single.subscribe(({ type }) => log.push(type))

        const hung = rejectionOf(single.run(scripted([hangs({ isDeaf: true })]), { timeoutMs: 10 })).then(() =>
          log.push('answered'),
        )
        const next = single.run(up)
        await time.advance(20)
        await hung

        expect(await next).toBe('up')
        const taken = ['bulkhead.acquired', 'bulkhead.queued', 'answered', 'bulkhead.reclaimed', 'bulkhead.acquired']
        expect(log).toEqual(taken)
      }
    },
  },
  {
    name: 'keyed › keeps a time of its own for each key',
    prepare: () => {
      const make = (key: string) => breakerOf({ trip, openMs: Number(key) })
      const perKey = keyed({ by: keyOf, make })
      return async time => {
        for (const key of ['10', '60000']) await fail(perKey, key)
        await time.advance(10)
        const ends = ['10', '60000'].map(key => perKey.run(up, { context: contextOf(key) }).catch(() => 'rejected'))

        expect(await Promise.all(ends)).toEqual(['up', 'rejected'])
      }
    },
  },
  {
    name: 'all five › end a call that hangs, and the one behind it',
    prepare: () => {
      const policy = pipeline(
        fallback({ to: () => 'stale' }),
        bulkhead({ maxConcurrent: 1, maxQueued: 1 }),
        retry({ maxAttempts: 2, backoff: constant({ delayMs: 10, jitter: 'none' }) }),
        breakerOf({ trip: consecutiveFailures(2), openMs: 60_000 }),
        timeout({ timeoutMs: 10 }),
      )
      return async time => {
        const recording = record(policy)
        const operation = scripted([hangs(), hangs()])

        const answers = Promise.all([policy.run(operation), policy.run(operation)])
        await time.advance(30)

        expect(await answers).toEqual(['stale', 'stale'])
        expect(operation.calls).toHaveLength(2)
        expect(recording.types).toEqual([
          'bulkhead.acquired',
          'bulkhead.queued',
          'timeout.expired',
          'retry.scheduled',
          'timeout.settledLate',
          'timeout.expired',
          'circuit.opened',
          'retry.exhausted',
          'timeout.settledLate',
          'bulkhead.acquired',
          'circuit.rejected',
          'fallback.used',
          'fallback.used',
        ])
      }
    },
  },
]
