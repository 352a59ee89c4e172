import { bulkhead, type Permit } from '@holdfast/bulkhead'
import { isCollected } from '@holdfast/fixtures/garbage'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe('a bulkhead that is dropped', () => {
  it('is freed after calls that ran, waited, failed and left', async () => {
    const isFreed = await isCollected(async () => {
      const policy = bulkhead({ maxConcurrent: 1, maxQueued: 2, maxWaitMs: 60_000 })
      record(policy)
      const controller = new AbortController()
      const runs = [
        policy.run(() => 'up'),
        rejectionOf(policy.run(() => 'not called', { signal: controller.signal })),
        rejectionOf(policy.run(() => Promise.reject(new Error('down')), { timeoutMs: 60_000 })),
      ]
      controller.abort('enough')
      await Promise.all(runs)
      return policy
    })

    expect(isFreed).toBe(true)
  })

  it('is freed once a hung slot was taken back', async () => {
    const clock = virtualClock()

    const isFreed = await isCollected(async () => {
      const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 100 })
      const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })]), { timeoutMs: 100 }))
      await clock.advance(200)
      await rejection
      return policy
    })

    expect(isFreed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is freed although somebody keeps a permit of it', async () => {
    const permits: (Permit | undefined)[] = []

    const isFreed = await isCollected(() => {
      const policy = bulkhead({ maxConcurrent: 1 })
      permits.push(policy.tryAcquire())
      return policy
    })

    expect(isFreed).toBe(true)
    expect(permits).toHaveLength(1)
  })
})
