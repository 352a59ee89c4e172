import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { describe, expect, it } from 'vitest'
import { fail, succeed } from './brittle.ts'

describe('consecutiveFailures', () => {
  it.each([1, 2, 7])('opens at the failure number %i in a row, and not before', async count => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(count) })

    await fail(breaker, count - 1)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('counts from 0 again after a success', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(3) })

    await fail(breaker, 2)
    await succeed(breaker)
    await fail(breaker, 2)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('never opens at Infinity', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(Infinity) })

    await fail(breaker, 1_000)

    expect(breaker.state).toBe('closed')
  })

  it('counts from 0 again after the circuit has closed', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })

    await fail(breaker, 2)
    breaker.close()
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it.each([
    [0, RangeError, '0'],
    [-1, RangeError, '-1'],
    [1.5, RangeError, '1.5'],
    [Number.NaN, RangeError, 'NaN'],
    ['5', TypeError, '"5"'],
    [null, TypeError, 'null'],
  ])('throws for %o', (count, kind, shown) => {
    const make = (): unknown => consecutiveFailures(count as number)

    expect(make).toThrow(new kind(`consecutiveFailures: failures must be an integer of at least 1, got ${shown}`))
  })
})
