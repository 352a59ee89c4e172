import { constant, exponential, linear, sequence } from '@holdfast/retry'
import { describe, expect, it } from 'vitest'

const longest = 2 ** 31 - 1
const range = 'a number of milliseconds from 0 to 2147483647'
const jitters = '"full" or "equal" or "none"'

const rangeErrors: readonly [() => unknown, string][] = [
  [() => constant({ delayMs: -1 }), `constant: delayMs must be ${range}, got -1`],
  [() => constant({ delayMs: longest + 1 }), `constant: delayMs must be ${range}, got 2147483648`],
  [() => constant({ delayMs: Infinity }), `constant: delayMs must be ${range}, got Infinity`],
  [() => constant({ delayMs: Number.NaN }), `constant: delayMs must be ${range}, got NaN`],
  [() => constant({ delayMs: 1, jitter: 'half' as 'full' }), `constant: jitter must be ${jitters}, got "half"`],
  [() => linear({ firstMs: -1 }), `linear: firstMs must be ${range}, got -1`],
  [() => linear({ stepMs: -1 }), `linear: stepMs must be ${range}, got -1`],
  [() => linear({ maxMs: -1 }), `linear: maxMs must be ${range}, got -1`],
  [() => exponential({ firstMs: -1 }), `exponential: firstMs must be ${range}, got -1`],
  [() => exponential({ maxMs: Infinity }), `exponential: maxMs must be ${range}, got Infinity`],
  [() => exponential({ factor: 0.9 }), 'exponential: factor must be a finite number of at least 1, got 0.9'],
  [() => exponential({ factor: Infinity }), 'exponential: factor must be a finite number of at least 1, got Infinity'],
  [() => exponential({ factor: Number.NaN }), 'exponential: factor must be a finite number of at least 1, got NaN'],
  [
    () => exponential({ jitter: 'decorelated' as 'full' }),
    `exponential: jitter must be ${jitters} or "decorrelated", got "decorelated"`,
  ],
  [() => sequence([10, -1]), `sequence: delays[1] must be ${range}, got -1`],
]

const typeErrors: readonly [() => unknown, string][] = [
  [() => constant({} as never), `constant: delayMs must be ${range}, got undefined`],
  [() => constant({ delayMs: '5' as never }), `constant: delayMs must be ${range}, got "5"`],
  [() => constant(undefined as never), `constant: delayMs must be ${range}, got undefined`],
  [() => constant(100 as never), 'constant: options must be an object, got 100'],
  [() => linear({ jitter: null as never }), `linear: jitter must be ${jitters}, got null`],
  [
    () => linear({ incrementMs: 5 } as never),
    'linear: unknown option "incrementMs", expected one of firstMs, stepMs, maxMs, jitter',
  ],
  [
    () => exponential({ exponent: 2 } as never),
    'exponential: unknown option "exponent", expected one of firstMs, factor, maxMs, jitter',
  ],
  [() => sequence([]), 'sequence: delays must be a list of at least one wait, got an array'],
  [() => sequence(['100'] as never), `sequence: delays[0] must be ${range}, got "100"`],
  // A list with a hole in it.
  [() => sequence(Object.assign([], { 1: 100 })), `sequence: delays[0] must be ${range}, got undefined`],
  [() => sequence(100 as never), 'sequence: delays must be a list of at least one wait, got 100'],
  [() => sequence([10], { jitter: true as never }), `sequence: jitter must be ${jitters}, got true`],
]

describe('options of backoffs', () => {
  it.each(rangeErrors)('throw a RangeError when out of range: %s', (make, message) => {
    expect(make).toThrow(new RangeError(message))
  })

  it.each(typeErrors)('throw a TypeError when of the wrong type: %s', (make, message) => {
    expect(make).toThrow(new TypeError(message))
  })

  it('may be as small as 0', () => {
    expect(constant({ delayMs: 0 }).longestMs?.(1)).toBe(0)
    expect(linear({ firstMs: 0, stepMs: 0, maxMs: 0 }).longestMs?.(1)).toBe(0)
    expect(exponential({ firstMs: 0, maxMs: 0 }).longestMs?.(5_000)).toBe(0)
    expect(sequence([0]).longestMs?.(1)).toBe(0)
  })

  it('may be as large as a timer can hold', () => {
    expect(constant({ delayMs: longest }).longestMs?.(1)).toBe(longest)
    expect(linear({ firstMs: longest, maxMs: longest }).longestMs?.(1)).toBe(longest)
    expect(exponential({ firstMs: longest, maxMs: longest }).longestMs?.(1)).toBe(longest)
    expect(sequence([longest]).longestMs?.(1)).toBe(longest)
  })
})
