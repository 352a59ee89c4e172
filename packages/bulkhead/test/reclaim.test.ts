import { bulkhead } from '@holdfast/bulkhead'
import { pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe.each(placements)('reclaimMs of a bulkhead $place', ({ put }) => {
  it('takes a slot back so long after its caller was answered, and not before', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(put(slots, clock).run(operation, { timeoutMs: 100 }))
    await clock.advance(1_099)
    const before = slots.active
    await clock.advance(1)

    await rejection
    expect([before, slots.active, clock.pendingTimers]).toEqual([1, 0, 0])
  })

  it('counts from when a layer inside gave up', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const policy = pipeline(put(slots, clock), cutting({ limitMs: 100, clock }))

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock })))
    await clock.advance(1_099)
    const before = slots.active
    await clock.advance(1)

    await rejection
    expect([before, slots.active, clock.pendingTimers]).toEqual([1, 0, 0])
  })
})

describe('reclaimMs of a bulkhead', () => {
  it('is a minute by default', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1 })

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock }), { timeoutMs: 100 }))
    await clock.advance(60_099)
    const before = policy.active
    await clock.advance(1)

    await rejection
    expect([before, policy.active]).toEqual([1, 0])
  })

  it('tells that a slot was taken back, of which call, before the slot is handed over', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, reclaimMs: 1_000 })
    const recording = record(policy)
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { timeoutMs: 100 }))
    const next = policy.run(() => 'next')
    await clock.advance(1_100)

    await rejection
    expect(await next).toBe('next')
    expect(recording.events).toMatchObject([
      { type: 'bulkhead.acquired' },
      { type: 'bulkhead.queued' },
      { type: 'bulkhead.reclaimed', active: 0, queued: 1, callId: recording.events[0]?.callId },
      { type: 'bulkhead.acquired', active: 1, queued: 0, waitMs: 1_100 },
    ])
  })

  it('gives the slot back once: work that ends later frees no other', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const operation = scripted([resolves('late', { afterMs: 2_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { timeoutMs: 100 }))
    await clock.advance(1_100)
    const permit = policy.tryAcquire()
    await clock.advance(900)

    await rejection
    expect(operation.running).toBe(0)
    expect([policy.active, policy.tryAcquire()]).toEqual([1, undefined])
    permit?.release()
  })

  it('gives the slot back once when the work of a layer inside ends later', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const operation = scripted([resolves('late', { afterMs: 2_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(pipeline(policy, cutting({ limitMs: 100, clock })).run(operation))
    await clock.advance(1_100)
    const permit = policy.tryAcquire()
    await clock.advance(900)

    await rejection
    expect(policy.active).toBe(1)
    permit?.release()
    expect(policy.active).toBe(0)
  })

  it.each([Infinity, 2 ** 31])('never takes a slot back at %d, and sets no timer', async reclaimMs => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs })
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock }), { timeoutMs: 100 }))
    await clock.advance(100)
    const timers = clock.pendingTimers
    await clock.advance(2 ** 40)

    await rejection
    expect([timers, policy.active]).toEqual([0, 1])
    expect(recording.types).toEqual(['bulkhead.acquired'])
  })

  it('leaves work alone that its caller still waits for', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const recording = record(policy)

    const answer = policy.run(scripted([resolves('slow', { afterMs: 3_600_000 })], { clock }))
    await clock.advance(3_600_000)

    expect(await answer).toBe('slow')
    expect(recording.types).toEqual(['bulkhead.acquired'])
  })

  it('leaves no timer when the work ends before', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const recording = record(policy)
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { timeoutMs: 100 }))
    await clock.advance(500)

    await rejection
    expect([policy.active, clock.pendingTimers]).toEqual([0, 0])
    expect(recording.types).toEqual(['bulkhead.acquired'])
  })

  it('counts from the first answer when the operation ends and leaves work behind', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const inner = cutting({ limitMs: 300, clock })
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(call => inner.run(operation, call), { timeoutMs: 100 }))
    await clock.advance(1_099)
    const before = policy.active
    await clock.advance(1)

    await rejection
    expect([before, policy.active, clock.pendingTimers]).toEqual([1, 0, 0])
  })

  it('takes no permit back', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 1_000 })
    const controller = new AbortController()

    const permit = await policy.acquire({ signal: controller.signal })
    controller.abort(new Error('enough'))
    await clock.advance(3_600_000)

    expect(policy.active).toBe(1)
    permit.release()
    expect(policy.active).toBe(0)
  })

  it('takes a slot back as soon as it can at 0', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 0 })

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock }), { timeoutMs: 100 }))
    await clock.advance(101)

    await rejection
    expect(policy.active).toBe(0)
  })
})
