import { circuitBreaker, consecutiveFailures, type Trip, type TripOutcome } from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

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

  it.each<[string, unknown]>([
    ['a strategy that was not called', consecutiveFailures],
    ['one that makes nothing', () => undefined],
    ['one that makes a counter without reset', () => ({ record: () => false })],
    ['one that makes a counter without record', () => ({ reset: () => {} })],
  ])('fails at construction when it is %s', (_, trip) => {
    const make = (): unknown => circuitBreaker({ name: 'catalogue', trip: trip as Trip })

    expect(make).toThrow(TypeError)
    expect(make).toThrow(/catalogue.*trip/)
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

  it('that fails to forget is reported, and does not keep the circuit open', async () => {
    const clock = virtualClock()
    const fault = new Error('cannot forget')
    const faults: unknown[] = []
    onTestFinished(observe({ fault: ({ error }) => faults.push(error) }))
    const reset = (): never => {
      throw fault
    }
    const breaker = brittle(clock, { trip: () => ({ record: ({ isFailure }) => isFailure, reset }) })
    await fail(breaker)
    await clock.advance(1_000)

    await succeed(breaker)

    expect(breaker.state).toBe('closed')
    expect(faults).toEqual([fault])
  })
})
