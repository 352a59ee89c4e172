import { isNativeError } from 'node:util/types'
import {
  BulkheadFullError,
  CircuitOpenError,
  HoldfastError,
  type HoldfastErrorCode,
  isHoldfastError,
  isProtective,
  RateLimitedError,
  TimeoutError,
  UnknownOutcomeError,
} from '@holdfast/core'
import { describe, expect, it } from 'vitest'

const open = (retryAfterMs: number, isolated = false): CircuitOpenError =>
  new CircuitOpenError('users', { retryAfterMs, isolated })
const full = new BulkheadFullError('users', { active: 4, queued: 10 })
const unknown = new UnknownOutcomeError('users', 'COMMIT')
const errors = [new TimeoutError('users', 800), open(4_200), full, new RateLimitedError('users', 250), unknown]

describe('an error of a policy', () => {
  it.each<[HoldfastError, string, HoldfastErrorCode, string, object]>([
    [
      new TimeoutError('users', 800),
      'TimeoutError',
      'ERR_HOLDFAST_TIMEOUT',
      'users: no answer within 800 ms',
      { timeoutMs: 800 },
    ],
    [
      open(4_199.2),
      'CircuitOpenError',
      'ERR_HOLDFAST_CIRCUIT_OPEN',
      'users: circuit is open, next probe in 4200 ms',
      { retryAfterMs: 4_199.2, isolated: false },
    ],
    [
      open(0),
      'CircuitOpenError',
      'ERR_HOLDFAST_CIRCUIT_OPEN',
      'users: circuit is half-open, all probes are taken',
      { retryAfterMs: 0, isolated: false },
    ],
    [
      open(Infinity),
      'CircuitOpenError',
      'ERR_HOLDFAST_CIRCUIT_OPEN',
      'users: circuit is open until it is closed by hand',
      { retryAfterMs: Infinity, isolated: false },
    ],
    [
      open(Infinity, true),
      'CircuitOpenError',
      'ERR_HOLDFAST_CIRCUIT_OPEN',
      'users: circuit is isolated until it is closed by hand',
      { retryAfterMs: Infinity, isolated: true },
    ],
    [
      full,
      'BulkheadFullError',
      'ERR_HOLDFAST_BULKHEAD_FULL',
      'users: bulkhead is full, 4 active and 10 queued; try later or elsewhere',
      { active: 4, queued: 10 },
    ],
    [
      new RateLimitedError('users', 249.5),
      'RateLimitedError',
      'ERR_HOLDFAST_RATE_LIMITED',
      'users: rate limit reached, next call in 250 ms',
      { retryAfterMs: 249.5 },
    ],
    [
      new UnknownOutcomeError('users', 'COMMIT', { cause: 'reset' }),
      'UnknownOutcomeError',
      'ERR_HOLDFAST_UNKNOWN_OUTCOME',
      'users: no answer to COMMIT: it may have been carried out, or not; look before it is repeated',
      { operation: 'COMMIT', cause: 'reset' },
    ],
  ])('says who, what and what next: %s', (error, name, code, message, facts) => {
    expect(error).toMatchObject({ name, code, message, policy: 'users', ...facts })
    expect(String(error)).toBe(`${name}: ${message}`)
  })

  it.each(errors)('is a native Error: $name', error => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(HoldfastError)
    expect(isNativeError(error)).toBe(true)
  })

  it.each(errors)('shows name and message first in its stack: $name', error => {
    expect(error.stack?.split('\n')[0]).toBe(`${error.name}: ${error.message}`)
  })

  it('may be given another name and message, as frameworks do, like any Error', () => {
    const error = new TimeoutError('users', 800)

    error.message = `GET /users: ${error.message}`
    error.name = 'GatewayTimeout'

    expect(String(error)).toBe('GatewayTimeout: GET /users: users: no answer within 800 ms')
    expect(Object.keys(error)).toEqual(Object.keys(new TimeoutError('users', 800)))
    expect(String(new TimeoutError('users', 800))).toBe('TimeoutError: users: no answer within 800 ms')
  })
})

describe('a message that a framework has written', () => {
  it('can be written again, and taken away', () => {
    const error = new TimeoutError('users', 800)
    const own = error.message

    error.message = `GET /users: ${error.message}`
    error.message = `request 7: ${error.message}`
    const written = error.message
    Reflect.deleteProperty(error, 'message')

    expect(written).toBe(`request 7: GET /users: ${own}`)
    expect(error.message).toBe(own)
  })
})

describe('isHoldfastError', () => {
  it.each(errors)('is true of $name', error => {
    expect(isHoldfastError(error)).toBe(true)
    expect(isHoldfastError(error, error.code)).toBe(true)
  })

  it('is false with the code of another', () => {
    expect(isHoldfastError(full, 'ERR_HOLDFAST_TIMEOUT')).toBe(false)
  })

  it('goes by the code, since classes differ between installed copies', () => {
    const error = Object.assign(new Error('of another copy'), { code: 'ERR_HOLDFAST_TIMEOUT' })

    expect(isHoldfastError(error)).toBe(true)
    expect(isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
  })

  it.each([
    ['an error of others', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    ['an error without a code', new Error('down')],
    ['a code that only reads like one', { code: { toString: (): string => 'ERR_HOLDFAST_TIMEOUT' } }],
    ['a code that Holdfast does not have', { code: 'ERR_HOLDFAST_OTHER' }],
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ERR_HOLDFAST_TIMEOUT'],
    [
      'an error whose code throws',
      Object.defineProperty(new Error('hostile'), 'code', {
        get: () => {
          throw new Error('do not look')
        },
      }),
    ],
  ])('is false of %s', (_, error) => {
    expect(isHoldfastError(error)).toBe(false)
    expect(isProtective(error)).toBe(false)
  })
})

describe('isProtective', () => {
  it('is true of what did not let the operation be called, and of nothing else', () => {
    expect(errors.map(error => [error.code, isProtective(error)])).toEqual([
      ['ERR_HOLDFAST_TIMEOUT', false],
      ['ERR_HOLDFAST_CIRCUIT_OPEN', true],
      ['ERR_HOLDFAST_BULKHEAD_FULL', true],
      ['ERR_HOLDFAST_RATE_LIMITED', true],
      ['ERR_HOLDFAST_UNKNOWN_OUTCOME', false],
    ])
  })
})
