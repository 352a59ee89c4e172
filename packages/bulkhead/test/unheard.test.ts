import { bulkhead } from '@holdfast/bulkhead'
import { countedClock } from '@holdfast/fixtures/counted-clock'
import { begin } from '@holdfast/fixtures/pending'
import { describe, expect, it, vi } from 'vitest'

describe('a bulkhead that nobody listens to', () => {
  it('reads no clock for a call that gets a slot at once', async () => {
    const clock = countedClock()

    await bulkhead({ clock, maxConcurrent: 1 }).run(() => 'up')

    expect(clock.readings).toBe(0)
  })

  it('reads no clock for a call that is rejected', async () => {
    const clock = countedClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    begin(slots)

    await expect(slots.run(() => 'up')).rejects.toHaveProperty('code', 'ERR_HOLDFAST_BULKHEAD_FULL')

    expect(clock.readings).toBe(0)
  })

  it('reads the clock once for a call that waits, when its wait begins', async () => {
    const clock = countedClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const holder = begin(slots)

    const answer = slots.run(() => 'up')
    await holder.succeed()
    await answer

    expect(clock.readings).toBe(1)
  })

  it('reads no clock for a slot that is reclaimed', async () => {
    const clock = countedClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 100 })
    const controller = new AbortController()
    begin(slots, { signal: controller.signal }).answer.catch(() => {})
    controller.abort()

    await clock.advance(100)

    expect([slots.active, clock.readings]).toEqual([0, 0])
  })

  it('sets and clears no timer for a call that waits for nothing', async () => {
    const clock = countedClock()
    const [setTimeout, clearTimeout] = [vi.spyOn(clock, 'setTimeout'), vi.spyOn(clock, 'clearTimeout')]

    const { signal } = new AbortController()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    await slots.run(() => 'up')
    await slots.run(() => 'up', { signal })

    expect(setTimeout).not.toHaveBeenCalled()
    expect(clearTimeout).not.toHaveBeenCalled()
  })
})
