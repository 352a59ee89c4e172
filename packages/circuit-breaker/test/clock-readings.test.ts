import { anyOf, circuitBreaker, consecutiveFailures, failureRate, type Trip } from '@holdfast/circuit-breaker'
import { countedClock } from '@holdfast/fixtures/counted-clock'
import { describe, expect, it } from 'vitest'
import { fail, succeed } from './brittle.ts'

describe('the clock of a circuit breaker', () => {
  it.each<[string, Trip]>([
    ['consecutiveFailures', consecutiveFailures(5)],
    ['a failureRate by calls', failureRate({ threshold: 1, windowCalls: 10 })],
    ['any of these', anyOf(consecutiveFailures(5), failureRate({ threshold: 1, windowCalls: 10 }))],
  ])('is not read while the circuit is closed and time does not matter, by %s', async (_, trip) => {
    const clock = countedClock()
    const breaker = circuitBreaker({ clock, trip })

    await succeed(breaker, 2)
    await fail(breaker)

    expect(clock.readings).toBe(0)
  })

  it('is read where time matters', async () => {
    const clock = countedClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 1, windowMs: 1_000 }) })

    await succeed(breaker)

    expect(clock.readings).toBeGreaterThan(0)
  })
})
