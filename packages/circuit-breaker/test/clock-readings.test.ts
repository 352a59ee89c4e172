import {
  anyOf,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
  slowCallRate,
  type Trip,
} from '@holdfast/circuit-breaker'
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

  it.each<[string, Trip, number]>([
    ['once for a call whose end matters', failureRate({ threshold: 1, windowMs: 1_000 }), 1],
    ['twice for one whose duration does', slowCallRate({ threshold: 1, windowCalls: 10, slowerThanMs: 100 }), 2],
    ['twice where a strategy of the user does not say', () => ({ record: () => false, reset: () => {} }), 2],
  ])('is read %s', async (_, trip, readings) => {
    const clock = countedClock()
    const breaker = circuitBreaker({ clock, trip })

    await succeed(breaker, 3)

    expect(clock.readings).toBe(3 * readings)
  })
})
