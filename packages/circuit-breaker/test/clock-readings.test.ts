import { anyOf, circuitBreaker, consecutiveFailures, failureRate, type Trip } from '@holdfast/circuit-breaker'
import type { Clock } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { fail, succeed } from './brittle.ts'

/** A clock that counts how often it is read. */
function countedClock(): { readonly clock: Clock; readonly readings: () => number } {
  const clock = virtualClock()
  let readings = 0
  const nowMs = (): number => {
    readings++
    return clock.nowMs()
  }
  return { clock: { ...clock, nowMs }, readings: () => readings }
}

describe('the clock of a circuit breaker', () => {
  it.each<[string, Trip]>([
    ['consecutiveFailures', consecutiveFailures(5)],
    ['a failureRate by calls', failureRate({ threshold: 1, windowCalls: 10 })],
    ['any of these', anyOf(consecutiveFailures(5), failureRate({ threshold: 1, windowCalls: 10 }))],
  ])('is not read while the circuit is closed and time does not matter, by %s', async (_, trip) => {
    const { clock, readings } = countedClock()
    const breaker = circuitBreaker({ clock, trip })

    await succeed(breaker, 2)
    await fail(breaker)

    expect(readings()).toBe(0)
  })

  it('is read where time matters', async () => {
    const { clock, readings } = countedClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 1, windowMs: 1_000 }) })

    await succeed(breaker)

    expect(readings()).toBeGreaterThan(0)
  })
})
