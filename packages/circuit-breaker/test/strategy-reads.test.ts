import { anyOf, consecutiveFailures, failureRate, slowCallRate, type Trip } from '@holdfast/circuit-breaker'
import { describe, expect, it } from 'vitest'

const row = consecutiveFailures(5)
const byCalls = failureRate({ threshold: 1, windowCalls: 10 })
const byTime = failureRate({ threshold: 1, windowMs: 1_000 })
const slow = slowCallRate({ threshold: 1, windowCalls: 10, slowerThanMs: 100 })
const own: Trip = () => ({ record: () => false, reset: () => {} })

describe('what a trip strategy reads', () => {
  it.each<[string, Trip, string]>([
    ['consecutiveFailures', row, 'outcome'],
    ['a failureRate by calls', byCalls, 'outcome'],
    ['a failureRate by time', byTime, 'time'],
    ['a slowCallRate', slow, 'duration'],
    ['any of those that need no clock', anyOf(row, byCalls), 'outcome'],
    ['any of several, one of them by time', anyOf(row, byTime, byCalls), 'time'],
    ['any of several, one of them by duration', anyOf(byTime, slow, row), 'duration'],
    ['any of several, one of them of a user that does not say', anyOf(row, own), 'duration'],
  ])('is known to strategies that are made of it: %s', (_, trip, expected) => {
    expect(trip().reads).toBe(expected)
  })
})
