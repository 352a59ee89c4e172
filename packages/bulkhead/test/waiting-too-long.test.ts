import { bulkhead } from '@holdfast/bulkhead'
import { isHoldfastError, pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe.each(placements)('maxWaitMs of a bulkhead $place', ({ put }) => {
  it('rejects who has waited so long, and not before', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 200 })
    const policy = put(slots, clock)
    const [holder, waiter] = [begin(policy), begin(policy)]

    await clock.advance(199)
    const before = slots.queued
    await clock.advance(1)

    expect([before, slots.queued]).toEqual([1, 0])
    expect(await rejectionOf(waiter.answer)).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL', active: 1, queued: 0 })
    await holder.succeed()
  })
})

describe('maxWaitMs of a bulkhead', () => {
  it('tells who has waited too long', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 200 })
    const recording = record(policy)
    const [holder, waiter] = [begin(policy), begin(policy)]

    await clock.advance(200)
    await rejectionOf(waiter.answer)

    expect(recording.events.at(-1)).toMatchObject({ type: 'bulkhead.rejected', reason: 'waited', active: 1, queued: 0 })
    await holder.succeed()
  })

  it('leaves no timer when the slot comes in time', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 200 })
    const [holder, waiter] = [begin(policy), begin(policy)]

    await clock.advance(100)
    await holder.succeed()

    expect(clock.pendingTimers).toBe(0)
    expect(await waiter.succeed()).toBe('up')
  })

  it.each([Infinity, 2 ** 31])('sets no timer at %d', async maxWaitMs => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs })
    const [holder, waiter] = [begin(policy), begin(policy)]

    const timers = clock.pendingTimers
    await clock.advance(3_600_000)
    await holder.succeed()

    expect(timers).toBe(0)
    expect(await waiter.succeed()).toBe('up')
  })

  it('is without limit by default', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const [holder, waiter] = [begin(policy), begin(policy)]

    await clock.advance(2 ** 40)
    await holder.succeed()

    expect(await waiter.succeed()).toBe('up')
  })

  it('rejects at once at 0, although there are places in the queue', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 5, maxWaitMs: 0 })
    const holder = begin(policy)

    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    expect(policy.queued).toBe(0)
    await holder.succeed()
  })

  it('lets who finds a slot in at 0', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxWaitMs: 0 })

    expect(await policy.run(() => 'up')).toBe('up')
  })

  it('keeps its distance when the clock steps by an hour', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 200 })
    const [holder, waiter] = [begin(policy), begin(policy)]

    clock.jump(3_600_000)
    await clock.advance(199)
    const before = policy.queued
    await clock.advance(1)

    expect([before, policy.queued]).toEqual([1, 0])
    await rejectionOf(waiter.answer)
    await holder.succeed()
  })
})

describe('the deadline of a call that waits for a slot', () => {
  it('ends the wait, and the call leaves the queue at once', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const holder = begin(policy)

    const rejection = rejectionOf(policy.run(() => 'not called', { timeoutMs: 300 }))
    await clock.advance(300)

    expect(isHoldfastError(await rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
    expect([policy.queued, clock.pendingTimers]).toEqual([0, 0])
    await holder.succeed()
  })

  it('of a timeout further out ends the wait', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const holder = begin(slots)

    const rejection = rejectionOf(pipeline(cutting({ limitMs: 300, clock }), slots).run(() => 'not called'))
    await clock.advance(300)

    expect(isHoldfastError(await rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
    expect(slots.queued).toBe(0)
    await holder.succeed()
  })

  it('lets it wait until one millisecond before', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const holder = begin(policy)

    const answer = policy.run(() => 'in time', { timeoutMs: 300 })
    await clock.advance(299)
    await holder.succeed()

    expect(await answer).toBe('in time')
  })

  it('that has passed already rejects at once, and says so', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const recording = record(policy)
    const holder = begin(policy)
    const outer = pipeline({ clock })

    const rejection = rejectionOf(
      outer.run(
        call => {
          clock.jump(300)
          return policy.run(scripted([resolves('not called')], { clock }), call)
        },
        { timeoutMs: 300 },
      ),
    )
    await clock.settle()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL', active: 1, queued: 0 })
    expect(recording.events.at(-1)).toMatchObject({ type: 'bulkhead.rejected', reason: 'deadline' })
    await holder.succeed()
  })
})
