import { bulkhead, isHoldfastError, pipeline, timeout } from 'holdfast'
import pLimit from 'p-limit'
import pTimeout from 'p-timeout'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hanging, settled } from './given.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('p-limit and bulkhead', () => {
  test('let all wait, and none, by default', async () => {
    const limit = pLimit(1)
    const policy = bulkhead({ maxConcurrent: 1 })
    const [, theirs] = [limit(hanging), limit(hanging)]
    const [, ours] = [policy.run(hanging), settled(policy.run(hanging))]

    expect(isHoldfastError(await ours, 'ERR_HOLDFAST_BULKHEAD_FULL')).toBe(true)
    expect(limit.pendingCount).toBe(1)
    expect(theirs).toBeInstanceOf(Promise)
  })

  test('free a slot at the timeout inside, and when the work has ended', async () => {
    const limit = pLimit(1)
    const policy = pipeline(bulkhead({ maxConcurrent: 1 }), timeout({ timeoutMs: 10 }))
    const ends = [settled(limit(() => pTimeout(hanging(), { milliseconds: 10 }))), settled(policy.run(hanging))]

    await vi.advanceTimersByTimeAsync(10)
    await Promise.all(ends)

    expect(await limit(() => 'in')).toBe('in')
    expect(isHoldfastError(await settled(policy.run(() => 'in')), 'ERR_HOLDFAST_BULKHEAD_FULL')).toBe(true)
  })

  test('never settle what waited, and reject it', async () => {
    const leaving = new AbortController()
    const [limit, policy] = [pLimit(1), bulkhead({ maxConcurrent: 1, maxQueued: 1 })]
    const answered: string[] = []
    void limit(hanging)
    void policy.run(hanging)
    void settled(limit(hanging)).then(() => answered.push('theirs'))
    void settled(policy.run(hanging, { signal: leaving.signal })).then(() => answered.push('ours'))
    await vi.advanceTimersByTimeAsync(0)

    limit.clearQueue()
    leaving.abort()
    await vi.advanceTimersByTimeAsync(1_000)

    expect(answered).toEqual(['ours'])
    expect([limit.pendingCount, policy.queued]).toEqual([0, 0])
  })
})
