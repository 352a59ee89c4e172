import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, resolves, scripted } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  constant,
  failureRate,
  pipeline,
  retry,
  retryBudget,
  timeout,
} from 'holdfast'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeTimes, real } from './times.ts'

const trip = consecutiveFailures(1)
const random = (): number => 1
const up = (): string => 'up'
const fail = (policy: AnyPolicy): Promise<unknown> =>
  rejectionOf(policy.run(() => Promise.reject(new Error('down')), { timeoutMs: 60_000 }))

// Made before the fake timers are installed: the clock looks the globals up when it is asked.
const policy = pipeline(
  timeout({ timeoutMs: 3_000, name: 'total' }),
  retry({ maxAttempts: 3, backoff: constant({ delayMs: 100, jitter: 'none' }) }),
  timeout({ timeoutMs: 800, name: 'attempt' }),
)

describe.each(fakeTimes)('policies without a clock of their own, by $title', time => {
  beforeEach(time.install)
  afterEach(time.uninstall)

  it('wait to the millisecond', async () => {
    const startMs = performance.now()
    const attempts: number[] = []

    const answer = policy.run(({ attempt }) => {
      attempts.push(performance.now() - startMs)
      return attempt < 3 ? new Promise<string>(() => {}) : 'product'
    })
    await time.advance(1_800)

    expect(await answer).toBe('product')
    expect(attempts).toEqual([0, 900, 1_800])
    expect(time.pendingTimers()).toBe(0)
  })

  it.each([
    { ms: 499, ends: [] },
    { ms: 500, ends: ['ERR_HOLDFAST_TIMEOUT'] },
  ])('have ended at the limit of the run, and not before: after $ms ms', async ({ ms, ends }) => {
    const seen: unknown[] = []

    const rejection = rejectionOf(policy.run(scripted([hangs()]), { timeoutMs: 500 }))
    void rejection.then(error => seen.push((error as { code: string }).code))
    await time.advance(ms)

    expect(seen).toEqual(ends)
  })

  it('open a circuit for all of the open time, and not longer', async () => {
    const breaker = circuitBreaker({ trip, openMs: 1_000, random })
    let isWoken = false

    await fail(breaker)
    void breaker.whenAvailable().then(() => {
      isWoken = true
    })
    await time.advance(999)
    const before = [isWoken, await rejectionOf(breaker.run(up))]
    await time.advance(1)
    const after = [isWoken, await breaker.run(up)]

    expect(before).toMatchObject([false, { retryAfterMs: 1 }])
    expect(after).toEqual([true, 'up'])
    expect(time.pendingTimers()).toBe(0)
  })

  it.each([
    { ms: 9_499, state: 'open' },
    { ms: 10_000, state: 'closed' },
  ])('count what lies within a window: after $ms ms, the circuit is $state', async ({ ms, state }) => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 1, windowMs: 10_000, minCalls: 2 }) })

    await fail(breaker)
    await time.advance(ms)
    await fail(breaker)

    expect(breaker.state).toBe(state)
  })

  it('refill a budget of retries in time', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 1 })
    const eager = retry({ maxAttempts: Infinity, budget, backoff: constant({ delayMs: 0 }) })

    const rejection = fail(eager)
    await time.advance(100)
    await rejection
    const spent = budget.remaining()
    await time.advance(11_000)

    expect([spent, budget.remaining()]).toEqual([0, 10])
  })

  it('take a slot back after all of reclaimMs, and not before', async () => {
    const slots = bulkhead({ maxConcurrent: 1, reclaimMs: 60_000 })
    const rejection = rejectionOf(slots.run(scripted([hangs({ isDeaf: true })]), { timeoutMs: 1_000 }))

    await time.advance(60_999)
    const before = slots.active
    await time.advance(1)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect([before, slots.active]).toEqual([1, 0])
  })

  it('tell what happened when', async () => {
    const recording = record(policy)
    const startMs = performance.now()

    const answer = policy.run(scripted([resolves('late', { afterMs: 850, isDeaf: true }), resolves('product')]))
    await time.advance(900)

    expect(await answer).toBe('product')
    expect(recording.events.map(({ type, atMs }) => [type, atMs - startMs])).toEqual([
      ['timeout.expired', 800],
      ['retry.scheduled', 800],
      ['timeout.settledLate', 850],
      ['retry.succeeded', 900],
    ])
    recording.stop()
  })

  it('leave out of the open time what passed between a snapshot and its restoration', async () => {
    const breaker = circuitBreaker({ trip, openMs: 60_000, random })

    await fail(breaker)
    const snapshot = breaker.snapshot()
    await time.advance(20_000)
    const restored = circuitBreaker({ restore: snapshot, openMs: 60_000, random })

    expect(await rejectionOf(restored.run(up))).toMatchObject({ retryAfterMs: 40_000 })
  })
})

describe.each(fakeTimes)('a circuit that opened at another time than that of $title', time => {
  afterEach(time.uninstall)

  it('is open for its open time, from when the timers are installed', async () => {
    const breaker = circuitBreaker({ trip, openMs: 60_000, random })
    await fail(breaker)

    time.install()
    const before = await rejectionOf(breaker.run(up))
    await time.advance(60_000)

    expect(before).toMatchObject({ retryAfterMs: 60_000 })
    expect(await breaker.run(up)).toBe('up')
  })

  it('is open for its open time at most, once they are gone', async () => {
    time.install()
    const breaker = circuitBreaker({ trip, openMs: 10, random })
    await time.advance(3_600_000)
    await fail(breaker)

    time.uninstall()
    const before = breaker.snapshot()
    await real.advance(10)

    expect(before).toMatchObject({ state: 'open' })
    expect(await breaker.run(up)).toBe('up')
  })
})
