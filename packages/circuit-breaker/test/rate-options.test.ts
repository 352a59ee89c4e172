import { failureRate, slowCallRate } from '@holdfast/circuit-breaker'
import { describe, expect, it } from 'vitest'

const share = 'threshold must be a number above 0 and at most 1'
const time = 'windowMs must be a finite number of milliseconds above 0'
const calls = 'windowCalls must be an integer of at least 1'
const enough = 'minCalls must be an integer of at least 1'

const strategies = {
  failureRate: (options: object): unknown => failureRate(options as never),
  slowCallRate: (options: object): unknown => slowCallRate({ slowerThanMs: 0, ...options } as never),
}

describe.each(['failureRate', 'slowCallRate'] as const)('%s', strategy => {
  it.each([
    { threshold: Number.MIN_VALUE, windowMs: Number.MIN_VALUE },
    { threshold: 1, windowMs: 2 ** 40, minCalls: 1 },
    { threshold: 0.5, windowCalls: 1, minCalls: 1 },
    { threshold: 0.5, windowCalls: 20, windowMs: undefined, minCalls: undefined },
  ])('accepts %o', options => {
    const make = (): unknown => strategies[strategy](options)

    expect(make).not.toThrow()
  })

  it.each([
    [{ threshold: 0, windowMs: 1 }, RangeError, `${share}, got 0`],
    [{ threshold: 1.01, windowMs: 1 }, RangeError, `${share}, got 1.01`],
    [{ threshold: Number.NaN, windowMs: 1 }, RangeError, `${share}, got NaN`],
    [{ windowMs: 1 }, TypeError, `${share}, got undefined`],
    [{ threshold: '0.5', windowMs: 1 }, TypeError, `${share}, got "0.5"`],
    [{ threshold: 1, windowMs: 0 }, RangeError, `${time}, got 0`],
    [{ threshold: 1, windowMs: Infinity }, RangeError, `${time}, got Infinity`],
    [{ threshold: 1, windowMs: null }, TypeError, `${time}, got null`],
    [{ threshold: 1, windowMs: '1000' }, TypeError, `${time}, got "1000"`],
    [{ threshold: 1, windowCalls: 0 }, RangeError, `${calls}, got 0`],
    [{ threshold: 1, windowCalls: 1.5 }, RangeError, `${calls}, got 1.5`],
    [{ threshold: 1, windowCalls: Infinity }, RangeError, `${calls}, got Infinity`],
    [{ threshold: 1, windowMs: 1, minCalls: 0 }, RangeError, `${enough}, got 0`],
    [{ threshold: 1, windowMs: 1, minCalls: Infinity }, RangeError, `${enough}, got Infinity`],
    [{ threshold: 0, windowMs: 0, minCalls: 0 }, RangeError, `${share}, got 0; ${time}, got 0; ${enough}, got 0`],
    [{ threshold: 1 }, TypeError, 'expected either windowMs or windowCalls, got neither'],
    [{ threshold: 1, windowMs: 1, windowCalls: 1 }, TypeError, 'expected either windowMs or windowCalls, got both'],
    [{ threshold: 1, windowCalls: 3, minCalls: 4 }, RangeError, 'minCalls must be at most windowCalls, got 4 of 3'],
  ])('throws for %o', (options, kind, message) => {
    const make = (): unknown => strategies[strategy](options)

    expect(make).toThrow(new kind(`${strategy}: ${message}`))
  })
})

describe('failureRate', () => {
  it('throws for options that it does not know', () => {
    const make = (): unknown => failureRate({ threshold: 1, windowMs: 1, minimumCalls: 3 } as never)

    expect(make).toThrow(
      new TypeError(
        'failureRate: unknown option "minimumCalls", expected one of threshold, windowMs, windowCalls, minCalls',
      ),
    )
  })

  it('throws without options', () => {
    const make = (): unknown => failureRate(null as never)

    expect(make).toThrow(new TypeError('failureRate: options must be an object, got null'))
  })
})

describe('slowCallRate', () => {
  it.each([
    [undefined, TypeError, 'undefined'],
    [-1, RangeError, '-1'],
    ['1s', TypeError, '"1s"'],
  ])('throws for a slowerThanMs of %o', (slowerThanMs, kind, shown) => {
    const make = (): unknown => slowCallRate({ threshold: 1, windowMs: 1, slowerThanMs: slowerThanMs as number })

    expect(make).toThrow(
      new kind(`slowCallRate: slowerThanMs must be a number of milliseconds, at least 0, got ${shown}`),
    )
  })
})
