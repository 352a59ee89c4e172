import { bulkhead } from '@holdfast/bulkhead'
import { type AnyPolicy, type Call, type Clock, type Operation, pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

type Start = (policy: AnyPolicy, operation: Operation<unknown>, clock: Clock) => Promise<unknown>

/** Ways in which a caller is answered after 100 ms although the work goes on. */
const givingUp: readonly { how: string; start: Start }[] = [
  {
    how: 'its caller leaves',
    start: (policy, operation, clock) => {
      const controller = new AbortController()
      clock.setTimeout(() => controller.abort(new Error('enough')), 100)
      return policy.run(operation, { signal: controller.signal })
    },
  },
  {
    how: 'the limit of the run passes',
    start: (policy, operation) => policy.run(operation, { timeoutMs: 100 }),
  },
  {
    how: 'a timeout outside gives up',
    start: (policy, operation, clock) => pipeline(cutting({ limitMs: 100, clock }), policy).run(operation),
  },
  {
    how: 'a timeout inside gives up',
    start: (policy, operation, clock) => pipeline(policy, cutting({ limitMs: 100, clock })).run(operation),
  },
  {
    how: 'a run inside the operation gives up',
    start: (policy, operation, clock) => {
      const inner = cutting({ limitMs: 100, clock })
      return policy.run((call: Call) => inner.run(operation, call))
    },
  },
  {
    how: 'a timeout around the operation that runs it inside gives up',
    start: (policy, operation, clock) => {
      const inner = pipeline({ clock })
      return pipeline(cutting({ limitMs: 100, clock }), policy).run((call: Call) => inner.run(operation, call))
    },
  },
]

const cases = placements.flatMap(placement => givingUp.map(way => ({ ...placement, ...way })))

describe.each(cases)('a slot of a bulkhead $place when $how', ({ put, start }) => {
  it('is held until the work really ends', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const policy = put(slots, clock)
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(start(policy, operation, clock))
    await clock.advance(499)
    const refused = slots.tryAcquire()
    const held = slots.active
    await clock.advance(1)

    await rejection
    expect(refused).toBeUndefined()
    expect([held, slots.active, clock.pendingTimers]).toEqual([1, 0, 0])
  })

  it('goes to who waits when the work fails at last, and nothing is left unhandled', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const policy = put(slots, clock)
    const operation = scripted([rejects(new Error('late'), { afterMs: 500, isDeaf: true })], { clock })
    const startedAtMs: number[] = []
    const beginMs = clock.nowMs()

    const unhandled = await unhandledRejectionsOf(async () => {
      const rejection = rejectionOf(start(policy, operation, clock))
      const next = policy.run(() => startedAtMs.push(clock.nowMs() - beginMs))
      await clock.advance(500)
      await Promise.all([rejection, next])
    })

    expect(unhandled).toEqual([])
    expect(startedAtMs).toEqual([500])
    expect(slots.active).toBe(0)
  })

  it('never lets more work run at once than there are slots', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 5, reclaimMs: Infinity })
    const policy = put(slots, clock)
    const step = resolves('late', { afterMs: 500, isDeaf: true })
    const operation = scripted([step, step, step, step, step], { clock })
    let most = 0
    const watched = (call: Call): unknown => {
      const work = operation(call)
      most = Math.max(most, operation.running)
      return work
    }

    const runs = Array.from({ length: 5 }, () => rejectionOf(start(policy, watched, clock)))
    await clock.runAll()
    await Promise.all(runs)

    expect(most).toBe(1)
    expect([slots.active, slots.queued, operation.running]).toEqual([0, 0, 0])
  })
})

describe('a slot of a bulkhead', () => {
  it('is held until all work that was left behind has ended', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1 })
    const inner = cutting({ limitMs: 100, clock })
    const operation = scripted(
      [500, 300, 900].map(afterMs => resolves('late', { afterMs, isDeaf: true })),
      { clock },
    )

    const answer = policy.run(call => Promise.allSettled([1, 2, 3].map(() => inner.run(operation, call))))
    await clock.advance(899)
    const before = policy.active
    await clock.advance(1)

    expect(await answer).toHaveLength(3)
    expect([before, policy.active, clock.pendingTimers]).toEqual([1, 0, 0])
  })
})

describe('a slot that a call has waited for', () => {
  it('is held, too, until the work really ends', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const controller = new AbortController()
    const first = scripted([resolves('up', { afterMs: 100 })], { clock })
    const second = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const answers = [slots.run(first), rejectionOf(slots.run(second, { signal: controller.signal }))]
    await clock.advance(200)
    controller.abort(new Error('enough'))
    await Promise.all(answers)
    const activeAfterAbort = slots.active
    await clock.advance(399)
    const activeBeforeEnd = slots.active
    await clock.advance(1)

    expect([activeAfterAbort, activeBeforeEnd, slots.active]).toEqual([1, 1, 0])
  })
})
