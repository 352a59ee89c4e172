import { bulkhead, type Permit } from '@holdfast/bulkhead'
import { begin } from '@holdfast/fixtures/pending'
import { record } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe('tryAcquire of a bulkhead', () => {
  it('gives as many permits as there are slots, and not one more', () => {
    const policy = bulkhead({ maxConcurrent: 2 })

    const permits = [policy.tryAcquire(), policy.tryAcquire(), policy.tryAcquire()]

    expect(permits.map(permit => permit !== undefined)).toEqual([true, true, false])
    expect(policy.active).toBe(2)
  })

  it('gives a permit whose release works detached', () => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const { release } = policy.tryAcquire() as Permit

    release()

    expect(policy.active).toBe(0)
  })

  it('gives a permit for using', () => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const active: number[] = []

    {
      using permit = policy.tryAcquire()
      active.push(policy.active, permit === undefined ? 0 : 1)
    }

    expect(active).toEqual([1, 1])
    expect(policy.active).toBe(0)
  })

  it('gives none past those who wait', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const permit = policy.tryAcquire()
    const waiter = begin(policy)

    permit?.release()
    const newcomer = policy.tryAcquire()

    expect(newcomer).toBeUndefined()
    expect(await waiter.succeed()).toBe('up')
  })

  it('tells what it gives, and nothing when it gives nothing', () => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const recording = record(policy)

    policy.tryAcquire()
    policy.tryAcquire()

    expect(recording.events).toMatchObject([{ type: 'bulkhead.acquired', waitMs: 0, active: 1, callId: undefined }])
  })

  it('gives permits that take no slot while enabled says false, and so does acquire', async () => {
    const policy = bulkhead({ maxConcurrent: 1, enabled: () => false })

    const permits = [policy.tryAcquire(), policy.tryAcquire(), await policy.acquire(), await policy.acquire()]
    for (const permit of permits) permit?.release()

    expect(permits.map(permit => permit !== undefined)).toEqual([true, true, true, true])
    expect(policy.active).toBe(0)
  })
})
