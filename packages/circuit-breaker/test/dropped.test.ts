import { type CircuitPermit, circuitBreaker, failureRate } from '@holdfast/circuit-breaker'
import { pipeline, policies } from '@holdfast/core'
import { isCollected } from '@holdfast/fixtures/garbage'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'

describe('a circuit breaker that is dropped', () => {
  it('is freed after calls of all kinds', async () => {
    const trip = failureRate({ threshold: 1, windowMs: 1_000 })

    const isFreed = await isCollected(async () => {
      const breaker = circuitBreaker({ trip })
      await fail(breaker, 3)
      await breaker.run(() => 'up', { signal: new AbortController().signal, timeoutMs: 1_000 })
      return breaker
    })

    expect(isFreed).toBe(true)
  })

  it('is freed while it is open', async () => {
    const isFreed = await isCollected(async () => {
      const breaker = circuitBreaker()
      record(breaker)
      await fail(breaker, 5)
      return breaker
    })

    expect(isFreed).toBe(true)
  })

  it('is freed although the clock, shared by others, lives on', async () => {
    const clock = virtualClock()

    const isFreed = await isCollected(async () => {
      const breaker = brittle(clock)
      await fail(breaker)
      await clock.advance(1_000)
      await breaker.run(() => 'up')
      return breaker
    })

    expect(isFreed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is freed although somebody holds a permit of it', async () => {
    const permits: (CircuitPermit | undefined)[] = []

    const isFreed = await isCollected(() => {
      const breaker = circuitBreaker()
      permits.push(breaker.tryAcquire())
      return breaker
    })

    expect(isFreed).toBe(true)
    expect(permits).toHaveLength(1)
  })

  it('is held by a pipeline that somebody holds', async () => {
    const pipelines: unknown[] = []

    const isFreed = await isCollected(() => {
      const breaker = circuitBreaker()
      pipelines.push(pipeline(breaker))
      return breaker
    })

    expect(isFreed).toBe(false)
    expect(pipelines).toHaveLength(1)
  })

  it('is listed among the policies of the process while somebody holds it', () => {
    const breaker = circuitBreaker()

    expect([...policies()]).toContain(breaker)
  })
})
