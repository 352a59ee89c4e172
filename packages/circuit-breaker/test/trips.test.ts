import {
  anyOf,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
  slowCallRate,
  type Trip,
  type TripOutcome,
} from '@holdfast/circuit-breaker'
import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'
import { rejectionOf } from './rejection-of.ts'

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
})

describe('a trip strategy of a user', () => {
  it('sees each outcome with its duration and its time', async () => {
    const clock = virtualClock()
    const outcomes: TripOutcome[] = []
    const breaker = circuitBreaker({
      clock,
      trip: () => ({ record: outcome => outcomes.push(outcome) < 0, reset: () => {} }),
    })

    const slow = breaker.run(scripted([resolves('ok', { afterMs: 30 })], { clock }))
    await clock.advance(30)
    await slow
    await fail(breaker)

    expect(outcomes).toEqual([
      { isFailure: false, durationMs: 30, nowMs: clock.nowMs() },
      { isFailure: true, durationMs: 0, nowMs: clock.nowMs() },
    ])
  })

  it('sees outcomes that are recorded without a call as calls that took no time', () => {
    const clock = virtualClock()
    const outcomes: TripOutcome[] = []
    const breaker = circuitBreaker({
      clock,
      trip: () => ({ record: outcome => outcomes.push(outcome) < 0, reset: () => {} }),
    })

    breaker.record('failure')

    expect(outcomes).toEqual([{ isFailure: true, durationMs: 0, nowMs: clock.nowMs() }])
  })

  it('decides when to open', async () => {
    const breaker = circuitBreaker({ trip: () => ({ record: ({ isFailure }) => !isFailure, reset: () => {} }) })

    await fail(breaker)
    const before = breaker.state
    await succeed(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('is asked once for each breaker', () => {
    let asked = 0
    const trip: Trip = () => {
      asked++
      return { record: () => false, reset: () => {} }
    }

    circuitBreaker({ trip })
    circuitBreaker({ trip })

    expect(asked).toBe(2)
  })

  it('sees no outcomes of a circuit that is not closed, and resets when it closes', async () => {
    const clock = virtualClock()
    const told: string[] = []
    const trip: Trip = () => ({
      record: ({ isFailure }) => told.push(isFailure ? 'failure' : 'success') > 0 && isFailure,
      reset: () => told.push('reset'),
    })
    const breaker = brittle(clock, { trip })

    await fail(breaker)
    await clock.advance(1_000)
    await succeed(breaker, 2)

    expect(told).toEqual(['failure', 'reset', 'success'])
  })

  it('rejects the call with what it throws, and stays usable', async () => {
    const fault = new Error('strategy is broken')
    let isBroken = true
    const trip: Trip = () => ({
      record: () => {
        if (isBroken) throw fault
        return true
      },
      reset: () => {},
    })
    const breaker = circuitBreaker({ trip })

    const rejection = await rejectionOf(breaker.run(() => 'fine'))
    const before = breaker.state
    isBroken = false
    await succeed(breaker)

    expect(rejection).toBe(fault)
    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('frees the place of a probe when its failsProbe throws', async () => {
    const clock = virtualClock()
    let verdicts = 0
    const failsProbe = (): boolean => {
      if (verdicts++ === 0) throw new Error('strategy is broken')
      return false
    }
    const breaker = brittle(clock, { trip: () => ({ record: () => true, reset: () => {}, failsProbe }) })
    await fail(breaker)

    await clock.advance(1_000)
    await rejectionOf(breaker.run(() => 'probe'))
    const between = breaker.state
    await succeed(breaker)

    expect([between, breaker.state]).toEqual(['halfOpen', 'closed'])
  })
})
