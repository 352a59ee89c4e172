import { mock } from 'node:test'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { bulkhead, circuitBreaker, consecutiveFailures, constant, pipeline, retry, timeout } from 'holdfast'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }))
afterEach(() => mock.timers.reset())

const { settle } = virtualClock()

/** The mock timers do not wait for promises. */
async function tick(ms: number): Promise<void> {
  await settle()
  mock.timers.tick(ms)
  await settle()
}

describe('policies without a clock of their own, by the mock timers of node:test', () => {
  it('wait and expire, as these take timers only', async () => {
    const policy = pipeline(
      retry({ maxAttempts: 3, backoff: constant({ delayMs: 100, jitter: 'none' }) }),
      timeout({ timeoutMs: 800 }),
    )
    const operation = scripted([hangs(), rejects(new Error('reset')), resolves('product')])

    const answer = policy.run(operation)
    const calls: number[] = []
    for (const ms of [799, 1, 99, 1, 100]) {
      await tick(ms)
      calls.push(operation.calls.length)
    }

    expect(await answer).toBe('product')
    expect(calls).toEqual([1, 1, 1, 2, 3])
  })

  it('give up a place in a queue, and a slot of work that hangs', async () => {
    const slots = bulkhead({ maxConcurrent: 1, maxQueued: 1, maxWaitMs: 500, reclaimMs: 1_000 })

    const hung = rejectionOf(slots.run(() => new Promise(() => {}), { timeoutMs: 800 }))
    const waiting = rejectionOf(slots.run(() => 'not called'))
    await tick(500)
    await tick(300)
    const before = slots.active
    await tick(1_000)

    expect(await Promise.all([hung, waiting])).toMatchObject([
      { code: 'ERR_HOLDFAST_TIMEOUT' },
      { code: 'ERR_HOLDFAST_BULKHEAD_FULL' },
    ])
    expect([before, slots.active]).toEqual([1, 0])
  })

  it('do not see time pass otherwise: performance.now stays with the platform, and a circuit open', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), openMs: 60_000, random: () => 1 })

    await rejectionOf(breaker.run(() => Promise.reject(new Error('down'))))
    await tick(60_000)

    expect(await rejectionOf(breaker.run(() => 'not called'))).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
  })

  it('see time pass by a clock that is given to them', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), openMs: 60_000, clock })

    await rejectionOf(breaker.run(() => Promise.reject(new Error('down'))))
    await clock.advance(60_000)

    expect(await breaker.run(() => 'up')).toBe('up')
  })
})
