import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { bulkhead, circuitBreaker, consecutiveFailures, constant, retry, retryBudget, slowCallRate } from 'holdfast'
import { describe, expect, it } from 'vitest'

const HOUR = 3_600_000
const reset = new Error('reset')

describe('a clock that stepped back an hour', () => {
  it('neither empties a budget nor fills it', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.5 })
    const policy = retry({ clock, budget, backoff: constant({ delayMs: 100, jitter: 'none' }), maxAttempts: 2 })
    const storm = async (): Promise<void> => {
      const runs = Promise.allSettled(Array.from({ length: 3 }, () => policy.run(() => Promise.reject(reset))))
      await clock.runAll()
      await runs
    }
    const remaining: number[] = []

    await storm()
    remaining.push(budget.remaining(clock))
    clock.jump(-HOUR)
    remaining.push(budget.remaining(clock))
    await storm()
    remaining.push(budget.remaining(clock))
    await clock.advance(11_000)
    remaining.push(budget.remaining(clock))

    expect(remaining).toEqual([2, 2, 0, 5])
  })

  it.each([0, 1_000, 4_999])(
    'lets a probe through after the open time at the latest: back after %i ms',
    async afterMs => {
      const clock = virtualClock()
      const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1), openMs: 5_000, random: () => 1 })
      await breaker.run(() => Promise.reject(reset)).catch(() => 'rejected')
      await clock.advance(afterMs)

      clock.jump(-HOUR)
      const flood = await Promise.allSettled([1, 2, 3].map(() => breaker.run(() => 'too early')))
      await clock.advance(5_000)

      expect(flood.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(await breaker.run(() => 'probe')).toBe('probe')
      expect(breaker.state).toBe('closed')
    },
  )

  it('makes no call slow, and none of a negative length', async () => {
    const clock = virtualClock()
    const durations: number[] = []
    const trip = slowCallRate({ threshold: 0.1, slowerThanMs: 1_000, windowMs: 10_000, minCalls: 1 })
    const breaker = circuitBreaker({
      clock,
      trip: () => {
        const counter = trip()
        return { ...counter, record: outcome => durations.push(outcome.durationMs) < 0 || counter.record(outcome) }
      },
    })

    for (const jumpMs of [0, -HOUR, 0]) {
      const answer = breaker.run(scripted([resolves('product', { afterMs: 500 })], { clock }))
      clock.jump(jumpMs)
      await clock.advance(500)
      await answer
    }

    expect(durations).toEqual([500, 0, 500])
    expect(breaker.state).toBe('closed')
  })

  it('holds no one in a queue for longer than its maxWaitMs, nor a slot for longer than reclaimMs', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 200, reclaimMs: 1_000 })
    const controller = new AbortController()
    const hung = slots.run(() => new Promise(() => {}), { signal: controller.signal }).catch(() => 'aborted')
    const waiter = slots.run(() => 'not called').catch(({ code }: { readonly code: string }) => code)

    clock.jump(-HOUR)
    await clock.advance(200)
    controller.abort()
    clock.jump(-HOUR)
    await clock.advance(1_000)

    expect([await hung, await waiter]).toEqual(['aborted', 'ERR_HOLDFAST_BULKHEAD_FULL'])
    expect([slots.active, slots.queued, clock.pendingTimers]).toEqual([0, 0, 0])
  })
})
