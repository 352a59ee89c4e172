import process from 'node:process'
import { type Check, type LifecycleOptions, lifecycle, type ShutdownRequest } from '@holdfast/lifecycle'
import { describe, expect, it } from 'vitest'
import { observedLife } from './observed-life.ts'

const atLeast0 = 'must be a number of milliseconds, at least 0'
const above0 = 'must be a number of milliseconds above 0'
const flag = 'must be true or false'
const server = 'server must be a server, or a list of them'
const signals = 'signals must be a list of names of signals that can be listened to'
const logger = 'logger must be a logger with info, warn and error'
const check = 'must be { check }, { breaker } or { bulkhead }, with impact critical or degrading'

describe('the options of a lifecycle', () => {
  it.each([
    ['lifecycle: options must be an object, got null', TypeError, null],
    ['lifecycle: name must be a string that is not empty, got ""', TypeError, { name: '' }],
    [`lifecycle: ${server}, got an object`, TypeError, { server: {} }],
    [`lifecycle: ${server}, got an array`, TypeError, { server: [undefined] }],
    [`lifecycle: ${signals}, got "SIGTERM"`, TypeError, { signals: 'SIGTERM' }],
    [`lifecycle: ${signals}, got an array`, TypeError, { signals: ['SIGFOO'] }],
    [`lifecycle: ${signals}, got an array`, TypeError, { signals: ['SIGKILL'] }],
    [`lifecycle: ${signals}, got an array`, TypeError, { signals: ['toString'] }],
    [`lifecycle: uncaughtErrors ${flag}, got 1`, TypeError, { uncaughtErrors: 1 }],
    [`lifecycle: drainDelayMs ${atLeast0}, got -1`, RangeError, { drainDelayMs: -1 }],
    [`lifecycle: graceMs ${atLeast0}, got NaN`, RangeError, { graceMs: Number.NaN }],
    [`lifecycle: closeMs ${above0}, got 0`, RangeError, { closeMs: 0 }],
    [`lifecycle: checks must be an object with checks, got an array`, TypeError, { checks: [] }],
    [`lifecycle: check "postgres" ${check}, got null`, TypeError, { checks: { postgres: null } }],
    [`lifecycle: checkIntervalMs ${above0}, got 0`, RangeError, { checkIntervalMs: 0 }],
    [`lifecycle: checkTimeoutMs ${above0}, got "1s"`, TypeError, { checkTimeoutMs: '1s' }],
    [`lifecycle: discover ${flag}, got "no"`, TypeError, { discover: 'no' }],
    [`lifecycle: details ${flag}, got null`, TypeError, { details: null }],
    [`lifecycle: trackCalls ${flag}, got 0`, TypeError, { trackCalls: 0 }],
    ['lifecycle: flush must be a function, got true', TypeError, { flush: true }],
    [`lifecycle: ${logger}, got an object`, TypeError, { logger: { info() {}, warn() {} } }],
    ['lifecycle: exit must be a function, got 0', TypeError, { exit: 0 }],
    [
      'lifecycle: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got an object',
      TypeError,
      { clock: {} },
    ],
    [
      'lifecycle: unknown option "gracePeriodMs", expected one of name, server, signals, uncaughtErrors, drainDelayMs, ' +
        'graceMs, closeMs, checks, checkIntervalMs, checkTimeoutMs, discover, details, trackCalls, flush, logger, exit, clock',
      TypeError,
      { gracePeriodMs: 5 },
    ],
  ])('throw: %s', (message, kind, options) => {
    const before = process.listenerCount('SIGTERM')

    expect(() => lifecycle(options as unknown as LifecycleOptions)).toThrow(new kind(message))
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it.each([
    ['nothing', undefined],
    ['something else', {}],
    ['no function', { check: 'select 1' }],
    ['no breaker', { breaker: { state: 'open' } }],
    ['no bulkhead', { bulkhead: { active: 0 } }],
    ['another impact', { check: () => {}, impact: 'fatal' }],
  ])('have readiness look at checks, and not at %s', (_, given) => {
    const { life } = observedLife()

    expect(() => life.watch('it', given as unknown as Check)).toThrow(`lifecycle: check "it" ${check}, got `)
  })

  it.each([
    ['options must be an object, got null', null],
    ['reason must be a string, got undefined', {}],
    ['exitCode must be an integer from 0 to 255, got 256', { reason: 'deploy', exitCode: 256 }],
    ['exitCode must be an integer from 0 to 255, got -1', { reason: 'deploy', exitCode: -1 }],
  ])('of a shutdown throw: %s', (message, request) => {
    const { life } = observedLife()

    expect(() => life.shutdown(request as unknown as ShutdownRequest)).toThrow(`shop: shutdown: ${message}`)
    expect(life.state).toBe('starting')
  })

  it('have a closer be a function with a name', () => {
    const { life } = observedLife()

    expect(() => life.onClose('pool', undefined as unknown as () => void)).toThrow(
      new TypeError('shop: closer "pool" must be a function, got undefined'),
    )
  })
})
