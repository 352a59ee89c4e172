import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record } from '@holdfast/testing'
import { circuitBreaker, consecutiveFailures, constant, fallback, pipeline, retry, timeout } from 'holdfast'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

// Made before the fake timers are installed: the clock looks the globals up when it is asked.
const policy = pipeline(
  timeout({ timeoutMs: 3_000, name: 'total' }),
  retry({ maxAttempts: 3, backoff: constant({ delayMs: 100, jitter: 'none' }) }),
  timeout({ timeoutMs: 800, name: 'attempt' }),
)

describe('policies without a clock of their own', () => {
  it('go by the fake timers of the test', async () => {
    const startMs = performance.now()
    const attempts: number[] = []
    const recording = record(policy)

    const answer = policy.run(({ attempt }) => {
      attempts.push(performance.now() - startMs)
      return attempt < 3 ? new Promise<string>(() => {}) : 'product'
    })
    await vi.advanceTimersByTimeAsync(1_800)

    expect(await answer).toBe('product')
    expect(attempts).toEqual([0, 900, 1_800])
    expect(recording.types).toEqual([
      'timeout.expired',
      'retry.scheduled',
      'timeout.expired',
      'retry.scheduled',
      'retry.succeeded',
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('end at the limit of the run', async () => {
    const rejection = rejectionOf(policy.run(() => new Promise(() => {}), { timeoutMs: 500 }))
    await vi.advanceTimersByTimeAsync(500)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 500 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('open and close a circuit', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), openMs: 1_000, random: () => 1 })
    const guarded = pipeline(fallback({ to: () => 'stale' }), breaker)

    const answers = [await guarded.run(() => Promise.reject(new Error('reset'))), await guarded.run(() => 'fresh')]
    await vi.advanceTimersByTimeAsync(1_000)
    answers.push(await guarded.run(() => 'fresh'))

    expect(answers).toEqual(['stale', 'stale', 'fresh'])
    expect(breaker.state).toBe('closed')
  })
})
