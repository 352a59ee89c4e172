import {
  anyOf,
  circuitBreaker,
  consecutiveFailures,
  type Trip,
  type TripCounter,
  type TripOutcome,
} from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
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
    const error = new Error('cannot forget')
    const fault = vi.fn()
    onTestFinished(observe({ fault }))
    const reset = (): never => {
      throw error
    }
    const trip: Trip = () => ({ record: ({ isFailure }) => isFailure, reset })
    const breaker = brittle(clock, { name: 'catalogue', trip })
    await fail(breaker)
    await clock.advance(1_000)

    await succeed(breaker)

    expect(breaker.state).toBe('closed')
    expect(fault).toHaveBeenCalledExactlyOnceWith({ error, source: 'the trip strategy of catalogue' })
  })

  it.each<[string, string, (counter: TripCounter) => Trip]>([
    ['alone', 'catalogue: record of trip', counter => () => counter],
    ['in anyOf', 'anyOf: record', counter => anyOf(() => counter, consecutiveFailures(1))],
  ])('that returns a promise rejects the run, %s: it would always trip', async (_, subject, tripOf) => {
    const record = (): boolean => Promise.reject(new Error('no verdict')) as unknown as boolean
    const breaker = circuitBreaker({ name: 'catalogue', trip: tripOf({ record, reset: () => {} }) })
    const rejections: unknown[] = []

    const unhandled = await unhandledRejectionsOf(async () => {
      rejections.push(await rejectionOf(breaker.run(() => 'up')))
    })

    expect(rejections).toEqual([new TypeError(`${subject} must decide at once, got a promise`)])
    expect(unhandled).toEqual([])
    expect(breaker.state).toBe('closed')
  })

  it('that cannot tell at once whether a probe has failed rejects the run of the probe, and frees its place', async () => {
    const failsProbe = (): boolean => Promise.resolve(true) as unknown as boolean
    const clock = virtualClock()
    const breaker = circuitBreaker({
      clock,
      openMs: 100,
      random: () => 1,
      trip: () => ({ record: ({ isFailure }) => isFailure, reset: () => {}, failsProbe }),
    })
    breaker.record('failure')
    await clock.advance(100)

    const rejection = await rejectionOf(breaker.run(() => 'up'))

    expect(rejection).toEqual(new TypeError('circuit-breaker: failsProbe of trip must decide at once, got a promise'))
    expect(breaker.tryAcquire()).toBeDefined()
  })
})
