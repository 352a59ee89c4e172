import { type TimeoutOptions, timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

const limit = 'a number of milliseconds above 0, or a function that returns one'

describe('options of timeout', () => {
  it.each([
    [{ timeoutMs: 0 }, new RangeError(`timeout: timeoutMs must be ${limit}, got 0`)],
    [{ timeoutMs: -1 }, new RangeError(`timeout: timeoutMs must be ${limit}, got -1`)],
    [{ timeoutMs: Number.NaN }, new RangeError(`timeout: timeoutMs must be ${limit}, got NaN`)],
    [{ timeoutMs: -Infinity }, new RangeError(`timeout: timeoutMs must be ${limit}, got -Infinity`)],
    [{ timeoutMs: 0, name: 'total' }, new RangeError(`timeout "total": timeoutMs must be ${limit}, got 0`)],
    [{ timeoutMs: '800' }, new TypeError(`timeout: timeoutMs must be ${limit}, got "800"`)],
    [{ timeoutMs: null }, new TypeError(`timeout: timeoutMs must be ${limit}, got null`)],
    [{}, new TypeError(`timeout: timeoutMs must be ${limit}, got undefined`)],
    [undefined, new TypeError(`timeout: timeoutMs must be ${limit}, got undefined`)],
    [800, new TypeError('timeout: options must be an object, got 800')],
    [null, new TypeError('timeout: options must be an object, got null')],
    [
      { timeoutMs: 800, ms: 800 },
      new TypeError('timeout: unknown option "ms", expected one of timeoutMs, phase, name, clock, enabled'),
    ],
  ])('throw when they make no sense: %o', (options, error) => {
    expect(() => timeout(options as TimeoutOptions)).toThrow(error)
  })

  it('may be less than a millisecond, Infinity, or a function', () => {
    expect(timeout({ timeoutMs: 0.5 }).kind).toBe('timeout')
    expect(timeout({ timeoutMs: Infinity }).name).toBe('timeout')
    expect(timeout({ timeoutMs: () => 800, name: 'attempt' }).name).toBe('attempt')
  })
})
