import { type CircuitBreakerOptions, circuitBreaker } from '@holdfast/circuit-breaker'
import { pipeline } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { fail } from './brittle.ts'

const known =
  'trip, openMs, halfOpen, handles, handlesResult, ignores, ignoresResult, mode, restore, random, name, clock, enabled'
const openTime = 'openMs must be a number of milliseconds, at least 0, or a function that returns one'
const mode = 'mode must be "enforce" or "observe"'

describe('the options of a circuit breaker', () => {
  it.each([
    ['circuit-breaker: options must be an object, got null', TypeError, null],
    ['circuit-breaker: options must be an object, got 5', TypeError, 5],
    ['circuit-breaker: trip must be a trip strategy such as consecutiveFailures(5), got 5', TypeError, { trip: 5 }],
    [
      'circuit-breaker: trip must be a trip strategy such as consecutiveFailures(5), got null',
      TypeError,
      { trip: null },
    ],
    [`circuit-breaker: ${openTime}, got -1`, RangeError, { openMs: -1 }],
    [`circuit-breaker: ${openTime}, got NaN`, RangeError, { openMs: Number.NaN }],
    [`circuit-breaker: ${openTime}, got "5s"`, TypeError, { openMs: '5s' }],
    [`circuit-breaker: ${openTime}, got "5000"`, TypeError, { openMs: '5000' }],
    ['circuit-breaker: halfOpen must be an object, got null', TypeError, { halfOpen: null }],
    ['circuit-breaker: halfOpen must be an object, got 5', TypeError, { halfOpen: 5 }],
    ['circuit-breaker: handles must be a function, got true', TypeError, { handles: true }],
    ['circuit-breaker: handlesResult must be a function, got "5xx"', TypeError, { handlesResult: '5xx' }],
    ['circuit-breaker: ignores must be a function, got an array', TypeError, { ignores: [404] }],
    ['circuit-breaker: ignoresResult must be a function, got 429', TypeError, { ignoresResult: 429 }],
    [`circuit-breaker: ${mode}, got "watch"`, RangeError, { mode: 'watch' }],
    [`circuit-breaker: ${mode}, got true`, TypeError, { mode: true }],
    ['circuit-breaker: random must be a function, got 0.5', TypeError, { random: 0.5 }],
    ['circuit-breaker: name must be a string that is not empty, got ""', RangeError, { name: '' }],
    ['circuit-breaker: enabled must be a function, got false', TypeError, { enabled: false }],
    [
      'circuit-breaker: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got an object',
      TypeError,
      { clock: {} },
    ],
    [`circuit-breaker: unknown option "treshold", expected one of ${known}`, TypeError, { treshold: 5 }],
    [
      `circuit-breaker "catalogue": ${openTime}, got -1; ${mode}, got "watch"`,
      RangeError,
      { name: 'catalogue', openMs: -1, mode: 'watch' },
    ],
  ])('throw: %s', (message, kind, options) => {
    const make = (): unknown => circuitBreaker(options as CircuitBreakerOptions)

    expect(make).toThrow(new kind(message))
  })

  it.each([
    ['catalogue: halfOpen: options must be an object, got an array', TypeError, []],
    ['catalogue: halfOpen: probes must be an integer of at least 1, got 0', RangeError, { probes: 0 }],
    ['catalogue: halfOpen: probes must be an integer of at least 1, got 1.5', RangeError, { probes: 1.5 }],
    [
      'catalogue: halfOpen: successThreshold must be an integer of at least 1, got 0',
      RangeError,
      { successThreshold: 0 },
    ],
    [
      'catalogue: halfOpen: failureThreshold must be an integer of at least 1, got 0',
      RangeError,
      { failureThreshold: 0 },
    ],
    ['catalogue: halfOpen: probes must be an integer of at least 1, got null', TypeError, { probes: null }],
    [
      'catalogue: halfOpen: unknown option "probe", expected one of probes, successThreshold, failureThreshold, probeTimeoutMs',
      TypeError,
      { probe: 1 },
    ],
  ])('throw: %s', (message, kind, halfOpen) => {
    const make = (): unknown => circuitBreaker({ name: 'catalogue', halfOpen: halfOpen as object })

    expect(make).toThrow(new kind(message))
  })

  it.each([0, -1, Number.NaN])('throw for a probeTimeoutMs of %d, which must be above 0', probeTimeoutMs => {
    const make = (): unknown => circuitBreaker({ halfOpen: { probeTimeoutMs } })

    expect(make).toThrow(RangeError)
  })

  it.each<CircuitBreakerOptions>([
    {},
    { openMs: 0 },
    { openMs: Infinity },
    { openMs: () => 5 },
    { halfOpen: {} },
    { halfOpen: { probes: 1, successThreshold: 1, failureThreshold: 1, probeTimeoutMs: 1 } },
    { halfOpen: { probes: Infinity, probeTimeoutMs: Infinity } },
    { trip: undefined, openMs: undefined, halfOpen: undefined, mode: undefined, random: undefined, restore: undefined },
    { handles: undefined, ignores: undefined, name: undefined, clock: undefined, enabled: undefined },
    { mode: 'enforce' },
  ])('may be %o', options => {
    const breaker = circuitBreaker(options)

    expect(breaker.state).toBe('closed')
  })

  it('may be left out', () => {
    expect(circuitBreaker().state).toBe('closed')
  })

  it('are read once, and never written to', async () => {
    const options = Object.freeze({ mode: 'enforce' as const, halfOpen: Object.freeze({ probes: 1 }) })

    const breaker = circuitBreaker(options)
    await fail(breaker, 5)

    expect(breaker.state).toBe('open')
  })

  it('are not read from a prototype', () => {
    const options = Object.create({ mode: 'watch' }) as CircuitBreakerOptions

    expect(() => circuitBreaker(options)).not.toThrow()
  })

  it('say whether the clock is that of the pipeline', () => {
    const make = (): unknown =>
      pipeline(circuitBreaker({ name: 'one', clock: virtualClock() }), circuitBreaker({ name: 'other' }))

    expect(make).toThrow(
      new TypeError('pipeline: other has another clock than the pipeline, give all members the same'),
    )
  })
})
