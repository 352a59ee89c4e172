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

  it('learns nothing from a result that ignoresResult says yes to, whatever handlesResult says', async () => {
    const handlesResult = vi.fn(() => true)
    const breaker = brittle(virtualClock(), { ignoresResult: result => result === 429, handlesResult })

    const answer = await breaker.run(() => 429)

    expect(answer).toBe(429)
    expect(breaker.state).toBe('closed')
    expect(handlesResult).not.toHaveBeenCalled()
  })

  it('does not forget earlier failures for a result that ignoresResult says yes to', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2), ignoresResult: result => result === 429 })

    await fail(breaker)
    await breaker.run(() => 429)
    await fail(breaker)

    expect(breaker.state).toBe('open')
  })

  it('frees the place of a probe with a result that ignoresResult says yes to, and lets the next one decide', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { ignoresResult: result => result === 429 })
    await fail(breaker)
    await clock.advance(1_000)

    await breaker.run(() => 429)
    const between = breaker.state
    await breaker.run(() => 200)

    expect([between, breaker.state]).toEqual(['halfOpen', 'closed'])
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
