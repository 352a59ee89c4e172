import { getEventListeners } from 'node:events'
import { countCollected } from '@holdfast/fixtures/garbage'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { placements } from './placements.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()
const reset = new Error('reset')

describe.each(placements)('$title', ({ make }) => {
  it('leaves no timer and no listener behind after a value', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()

    await make(clock).run(() => 'product', { signal, timeoutMs: 5_000 })

    expect(clock.pendingTimers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('leaves no timer and no listener behind after an error', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()

    const rejection = rejectionOf(
      make(clock).run(scripted([rejects(reset), rejects(reset)], { clock }), { signal, timeoutMs: 5_000 }),
    )
    await clock.advance(100)
    await rejection

    expect(clock.pendingTimers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it.each([0, 50])('leaves no timer and no listener behind after an abort at %i ms', async afterMs => {
    const clock = virtualClock()
    const controller = new AbortController()
    const operation = scripted([rejects(reset), hangs()], { clock })

    const end = make(clock)
      .run(operation, { signal: controller.signal, timeoutMs: 5_000 })
      .catch(() => 'rejected')
    await clock.advance(afterMs)
    controller.abort()
    await end
    await clock.settle()

    expect(clock.pendingTimers).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('holds one listener on the signal of the caller for each run at most', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const counts: number[] = []

    await make(clock).run(() => void counts.push(getEventListeners(signal, 'abort').length), { signal })

    expect(counts).toEqual([1])
  })

  it('lets no rejection go unhandled of work that outlived an abort or a timeout', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const late = rejects(new Error('late'), { afterMs: 40_000, isDeaf: true })

    const ends = [
      rejectionOf(make(clock).run(scripted([late], { clock }), { signal: controller.signal })),
      rejectionOf(make(clock).run(scripted([late], { clock }), { timeoutMs: 1_000 })),
      rejectionOf(make(clock).run(scripted([late, late], { clock }))),
    ]
    controller.abort()
    await clock.runAll()
    await Promise.all(ends)
    await clock.settle()

    expect(unhandled).toEqual([])
  })

  it('hands a value that arrives late to discard, once', async () => {
    const clock = virtualClock()
    const discarded: string[] = []
    const operation = scripted([resolves('connection', { afterMs: 2_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(
      make(clock).run(operation, { timeoutMs: 1_000, discard: value => discarded.push(value) }),
    )
    await clock.runAll()
    await rejection

    expect(discarded).toEqual(['connection'])
  })

  it('leaves nothing behind on a long-lived call that it is run within', async () => {
    const clock = virtualClock()
    const policy = make(clock)
    const consumer = make(clock)
    const { signal } = new AbortController()

    const work = consumer.run(
      async call => {
        const operations: WeakRef<object>[] = []
        for (let job = 0; job < 100; job++) {
          const operation = () => Promise.resolve({ job })
          operations.push(new WeakRef(operation))
          await policy.run(operation, call)
        }
        return await countCollected(operations)
      },
      { signal },
    )

    expect(await work).toBeGreaterThan(90)
  })

  it('is freed when nobody holds it any more', async () => {
    const clock = virtualClock()
    const reference = await (async () => {
      const policy = make(clock)
      await policy.run(() => 'product', { timeoutMs: 5_000 })
      return new WeakRef(policy)
    })()

    expect(await countCollected([reference])).toBe(1)
  })
})
