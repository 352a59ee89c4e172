import {
  anyOf,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
  slowCallRate,
  type Trip,
} from '@holdfast/circuit-breaker'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe('anyOf', () => {
  it('opens as soon as one of its strategies would', async () => {
    const trip = anyOf(consecutiveFailures(3), failureRate({ threshold: 0.5, windowCalls: 10, minCalls: 6 }))
    const [byRow, byRate] = [circuitBreaker({ trip }), circuitBreaker({ trip })]

    await fail(byRow, 3)
    for (let pair = 0; pair < 3; pair++) {
      await succeed(byRate)
      await fail(byRate)
    }

    expect([byRow.state, byRate.state]).toEqual(['open', 'open'])
  })

  it('stays closed while none of them would open', async () => {
    const breaker = circuitBreaker({ trip: anyOf(consecutiveFailures(3), consecutiveFailures(2)) })

    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('lets all of them forget when the circuit closes', async () => {
    const breaker = circuitBreaker({
      trip: anyOf(consecutiveFailures(2), failureRate({ threshold: 1, windowCalls: 2 })),
    })

    await fail(breaker, 2)
    breaker.close()
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('lets each of them count, also when one before it has said enough', () => {
    const counts = [0, 0]
    const counting = (which: number): Trip => {
      const record = (): boolean => {
        counts[which] = (counts[which] ?? 0) + 1
        return true
      }
      return () => ({ record, reset: () => {} })
    }

    circuitBreaker({ trip: anyOf(counting(0), counting(1)) }).record('failure')

    expect(counts).toEqual([1, 1])
  })

  it('fails a probe that fails for one of them', async () => {
    const clock = virtualClock()
    const slow = slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 10 })
    const breaker = brittle(clock, { trip: anyOf(consecutiveFailures(1), slow) })
    await fail(breaker)

    await clock.advance(1_000)
    const probe = breaker.tryAcquire()
    await clock.advance(101)
    probe?.success()

    expect(breaker.state).toBe('open')
  })

  it('gives durations to a strategy of a user beside others that need none', async () => {
    const clock = virtualClock()
    const durations: number[] = []
    const own: Trip = () => ({ record: ({ durationMs }) => durations.push(durationMs) < 0, reset: () => {} })
    const breaker = circuitBreaker({ clock, trip: anyOf(consecutiveFailures(5), own) })

    const permit = breaker.tryAcquire()
    await clock.advance(70)
    permit?.success()

    expect(durations).toEqual([70])
  })

  it('counts by the clock if one of its strategies does', async () => {
    const clock = virtualClock()
    const rate = failureRate({ threshold: 1, windowMs: 1_000, minCalls: 2 })
    const breaker = circuitBreaker({ clock, trip: anyOf(consecutiveFailures(5), rate) })

    await fail(breaker)
    await clock.advance(1_000)
    await fail(breaker)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it.each([[[]], [[3]], [[consecutiveFailures(1), undefined]]])('throws for %o', trips => {
    const make = (): unknown => anyOf(...(trips as Trip[]))

    expect(make).toThrow(new TypeError('anyOf: trips must be one or more trip strategies, got an array'))
  })

  it('throws as soon as a breaker is made with it when one of its strategies makes no counter', () => {
    const make = (): unknown => circuitBreaker({ trip: anyOf((() => undefined) as never) })

    expect(make).toThrow(new TypeError('anyOf: trip must make a counter with record and reset, got undefined'))
  })
})
