import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, scripted, virtualClock } from '@holdfast/testing'
import {
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  constant,
  fallback,
  pipeline,
  retry,
  retryInfo,
  timeout,
} from 'holdfast'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })
const reset = new Error('reset')
const failing = (): Promise<never> => Promise.reject(reset)

describe('a breaker inside a retry', () => {
  it('counts each attempt', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(3) })

    const rejection = rejectionOf(pipeline(retry({ clock, backoff }), breaker).run(failing))
    await clock.runAll()

    expect(await rejection).toBe(reset)
    expect(breaker.state).toBe('open')
  })

  it('ends the retries when it opens between two attempts', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(2) })
    const operation = scripted([rejects(reset), rejects(reset)], { clock })

    const rejection = rejectionOf(pipeline(retry({ clock, backoff, maxAttempts: 10 }), breaker).run(operation))
    await clock.runAll()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect(retryInfo(await rejection)).toMatchObject({ attempts: 3, stopped: 'protective' })
    expect(operation.calls).toHaveLength(2)
  })
})

describe('a breaker outside a retry', () => {
  it('counts a run once, whatever the number of its attempts', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(3) })
    const policy = pipeline(breaker, retry({ clock, backoff }))
    const states: string[] = []

    for (let run = 0; run < 3; run++) {
      const rejection = rejectionOf(policy.run(failing))
      await clock.runAll()
      await rejection
      states.push(breaker.state)
    }

    expect(states).toEqual(['closed', 'closed', 'open'])
  })
})

describe('a retry', () => {
  it('does not retry a full bulkhead', async () => {
    const clock = virtualClock()
    const policy = pipeline(retry({ clock, backoff }), bulkhead({ clock, maxConcurrent: 1 }))
    const controller = new AbortController()

    const first = rejectionOf(policy.run(scripted([hangs()], { clock }), { signal: controller.signal }))
    const second = await rejectionOf(policy.run(failing))
    const timers = clock.pendingTimers
    controller.abort()
    await first

    expect(second).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL', active: 1, queued: 0 })
    expect(timers).toBe(0)
  })
})

describe('a breaker whose only timeout lies outside', () => {
  it('counts a call that had the time and no answer as a failure, at once', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1) })
    const policy = pipeline(timeout({ clock, timeoutMs: 800 }), breaker)
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock })))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(breaker.state).toBe('open')
    expect(recording.types).toEqual(['timeout.expired', 'circuit.opened'])
  })

  it('learns nothing from a call that was merely cut short', async () => {
    const clock = virtualClock()
    const ignores = ({ error }: { readonly error: unknown }): boolean => error === reset
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1), ignores })
    const slowly = constant({ delayMs: 500, jitter: 'none' })
    const policy = pipeline(timeout({ clock, timeoutMs: 800 }), retry({ clock, backoff: slowly }), breaker)
    const operation = scripted([rejects(reset), hangs()], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(breaker.state).toBe('closed')
  })
})

describe('a fallback', () => {
  it('outside a breaker answers open circuits', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock })
    const policy = pipeline(fallback({ clock, to: () => 'stale' }), retry({ clock, backoff }), breaker)
    breaker.isolate()
    const recording = record(policy)

    const answer = await policy.run(() => 'fresh')

    expect(answer).toBe('stale')
    expect(recording.types).toEqual(['circuit.rejected', 'fallback.used'])
    expect(recording.of('fallback.used')[0]?.errorCode).toBe('ERR_HOLDFAST_CIRCUIT_OPEN')
  })

  it('inside a breaker hides failures from it', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1) })
    const policy = pipeline(breaker, fallback({ clock, to: () => 'stale' }))

    const answer = await policy.run(failing)

    expect(answer).toBe('stale')
    expect(breaker.state).toBe('closed')
  })

  it('outside a timeout answers it, and inside does not', async () => {
    const clock = virtualClock()
    const limit = timeout({ clock, timeoutMs: 800 })
    const stale = fallback({ clock, to: () => 'stale' })
    const operation = scripted([hangs(), hangs()], { clock })

    const outside = pipeline(stale, limit).run(operation)
    const inside = rejectionOf(pipeline(limit, stale).run(operation))
    await clock.advance(800)

    expect(await outside).toBe('stale')
    expect(await inside).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
  })
})
