import { circuitBreaker, failureRate } from '@holdfast/circuit-breaker'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { fail, succeed } from './brittle.ts'

const notFound = new Error('not found')

describe('failureRate', () => {
  it('opens when the share of failures reaches the threshold exactly', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 4 }) })

    await fail(breaker, 2)
    await succeed(breaker)
    const before = breaker.state
    await succeed(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('stays closed while the share is below the threshold', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 5 }) })

    await succeed(breaker, 3)
    await fail(breaker, 2)

    expect(breaker.state).toBe('closed')
  })

  it('opens at a threshold of 1 only when all calls fail', async () => {
    const trip = failureRate({ threshold: 1, windowCalls: 3 })
    const [some, all] = [circuitBreaker({ trip }), circuitBreaker({ trip })]

    await succeed(some)
    await fail(some, 2)
    await fail(all, 3)

    expect([some.state, all.state]).toEqual(['closed', 'open'])
  })

  it('asks for 20 calls by default', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowMs: 10_000 }) })

    await fail(breaker, 19)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('asks for as many calls as the window holds, where these are fewer than 20', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowCalls: 10 }) })

    await fail(breaker, 9)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('asks for 20 calls where the window holds more', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowCalls: 100 }) })

    await fail(breaker, 19)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('forgets what has left a window of calls', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.6, windowCalls: 5, minCalls: 5 }) })

    await fail(breaker, 2)
    await succeed(breaker, 5)
    await fail(breaker, 2)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('counts a window of many calls', async () => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowCalls: 1_000, minCalls: 1_000 }) })

    await succeed(breaker, 500)
    await fail(breaker, 499)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('does not count failures that are as old as the window, or older', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 0.1, windowMs: 1_000, minCalls: 3 }) })

    await fail(breaker, 2)
    await clock.advance(1_000)
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('counts failures for at least nineteen twentieths of the window', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 0.1, windowMs: 1_000, minCalls: 3 }) })

    await fail(breaker, 2)
    await clock.advance(999)
    await fail(breaker)

    expect(breaker.state).toBe('open')
  })

  it.each([{ windowMs: 10_000 }, { windowCalls: 4 }])('forgets all when the circuit closes, with %o', async window => {
    const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, minCalls: 2, ...window }) })
    await fail(breaker, 2)

    breaker.close()
    await fail(breaker)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('is not diluted by what is ignored', async () => {
    const trip = failureRate({ threshold: 1, windowCalls: 2 })
    const breaker = circuitBreaker({ trip, ignores: ({ error }) => error === notFound })

    await fail(breaker)
    for (let call = 0; call < 10; call++) await rejectionOf(breaker.run(() => Promise.reject(notFound)))
    await fail(breaker)

    expect(breaker.state).toBe('open')
  })

  it('does not take what is ignored for a call', async () => {
    const trip = failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 2 })
    const breaker = circuitBreaker({ trip, ignores: ({ error }) => error === notFound })

    await fail(breaker)
    await rejectionOf(breaker.run(() => Promise.reject(notFound)))

    expect(breaker.state).toBe('closed')
  })
})
