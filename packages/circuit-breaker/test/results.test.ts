import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { brittle, fail } from './brittle.ts'

describe('circuit breaker', () => {
  it('takes a result that handlesResult says yes to for a failure, and still answers with it', async () => {
    const breaker = brittle(virtualClock(), { handlesResult: result => result === 503 })

    const answer = await breaker.run(() => 503)

    expect(answer).toBe(503)
    expect(breaker.state).toBe('open')
  })

  it('takes a result that handlesResult says no to for a success', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2), handlesResult: result => result === 503 })

    await fail(breaker)
    await breaker.run(() => 200)
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('accepts a handlesResult that is typed for the results at hand', async () => {
    const handlesResult = (response: { readonly status: number }): boolean => response.status >= 500
    const breaker = brittle(virtualClock(), { handlesResult })

    await breaker.run(() => ({ status: 500 }))

    expect(breaker.state).toBe('open')
  })

  it('asks handlesResult nothing about an abort from outside', async () => {
    const clock = virtualClock()
    const handlesResult = vi.fn(() => true)
    const breaker = brittle(clock, { handlesResult })
    const controller = new AbortController()

    const operation = scripted([resolves('late', { afterMs: 50, isDeaf: true })], { clock })
    const rejection = rejectionOf(breaker.run(operation, { signal: controller.signal }))
    controller.abort(new Error('enough'))
    await clock.advance(50)
    await rejection

    expect(handlesResult).not.toHaveBeenCalled()
    expect(breaker.state).toBe('closed')
  })
})
