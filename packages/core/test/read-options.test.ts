import { duration, integer, limit, numeric, oneOf, optionalFunction, readOptions, rule } from '@holdfast/core/kernel'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const rules = {
  maxWaitMs: duration(0, 100),
  maxCalls: integer(1),
  mode: oneOf(['enforce', 'observe'], 'enforce'),
  handles: optionalFunction<() => boolean>(),
}
const read = (given: unknown): unknown => readOptions('limiter', given, rules)

describe('readOptions', () => {
  it('returns what is given, and defaults for the rest', () => {
    const handles = (): boolean => true

    const options = read({ maxCalls: 5, handles, mode: undefined })

    expect(options).toEqual({ maxWaitMs: 100, maxCalls: 5, mode: 'enforce', handles })
  })

  it('needs no options where all may be left out', () => {
    expect(readOptions('limiter', undefined, { mode: rules.mode })).toEqual({ mode: 'enforce' })
  })

  it.each([
    ['null', null],
    ['5', 5],
    ['"fast"', 'fast'],
    ['a function', () => {}],
    ['an array', []],
  ])('throws for %s in place of an object', (shown, given) => {
    expect(() => read(given)).toThrow(new TypeError(`limiter: options must be an object, got ${shown}`))
  })

  it.each([
    ['null', { maxCalls: null }, 'maxCalls must be an integer of at least 1, got null'],
    ['a missing one', {}, 'maxCalls must be an integer of at least 1, got undefined'],
    ['a wrong type', { maxCalls: '5' }, 'maxCalls must be an integer of at least 1, got "5"'],
    ['an object', { maxCalls: {} }, 'maxCalls must be an integer of at least 1, got an object'],
    ['no function', { maxCalls: 1, handles: true }, 'handles must be a function, got true'],
    ['a word of the wrong type', { maxCalls: 1, mode: 5 }, 'mode must be "enforce" or "observe", got 5'],
  ])('throws a TypeError for %s', (_, given, problem) => {
    expect(() => read(given)).toThrow(new TypeError(`limiter: ${problem}`))
  })

  it.each([
    ['a number out of range', { maxCalls: 0 }, 'maxCalls must be an integer of at least 1, got 0'],
    ['NaN', { maxCalls: Number.NaN }, 'maxCalls must be an integer of at least 1, got NaN'],
    ['an unknown word', { maxCalls: 1, mode: 'test' }, 'mode must be "enforce" or "observe", got "test"'],
    [
      'a negative time',
      { maxCalls: 1, maxWaitMs: -1 },
      'maxWaitMs must be a number of milliseconds, at least 0, got -1',
    ],
  ])('throws a RangeError for %s', (_, given, problem) => {
    expect(() => read(given)).toThrow(new RangeError(`limiter: ${problem}`))
  })

  it.each(['maxcalls', 'toString', '__proto__', 'constructor'])('throws for the unknown option %s', option => {
    const given = Object.defineProperty({ maxCalls: 1 }, option, { value: 5, enumerable: true })

    expect(() => read(given)).toThrow(
      new TypeError(`limiter: unknown option "${option}", expected one of maxWaitMs, maxCalls, mode, handles`),
    )
  })

  it('tells all problems in one error', () => {
    expect(() => read({ maxCalls: 0, mode: 'test', maxCall: 1 })).toThrow(
      new TypeError(
        'limiter: maxCalls must be an integer of at least 1, got 0; ' +
          'mode must be "enforce" or "observe", got "test"; ' +
          'unknown option "maxCall", expected one of maxWaitMs, maxCalls, mode, handles',
      ),
    )
  })

  it('throws a RangeError when all of several problems are of range', () => {
    expect(() => read({ maxCalls: 0, maxWaitMs: -1 })).toThrow(RangeError)
  })

  it('reads own properties only', () => {
    const inherited = Object.assign(Object.create({ maxWaitMs: 5, unknown: true }) as object, { maxCalls: 1 })

    expect(read(inherited)).toMatchObject({ maxWaitMs: 100, maxCalls: 1 })
  })

  it('does not see what somebody wrote on the prototype of all objects', () => {
    Object.assign(Object.prototype, { maxWaitMs: 5 })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'maxWaitMs'))

    expect(read({ maxCalls: 1 })).toMatchObject({ maxWaitMs: 100 })
  })

  it('still misses a required option when somebody wrote a `fallback` on the prototype of all objects', () => {
    Object.assign(Object.prototype, { fallback: 5 })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'fallback'))

    expect(() => read({})).toThrow(TypeError)
  })

  it('reads each option once, of an object that may be frozen', () => {
    const maxCalls = vi.fn(() => 5)
    const given = Object.freeze(Object.defineProperty({}, 'maxCalls', { get: maxCalls, enumerable: true }))

    read(given)

    expect(maxCalls).toHaveBeenCalledOnce()
  })
})

describe('a rule', () => {
  it.each([
    ['integer(1)', integer(1), [1, 2, 2 ** 40, Infinity], [0, -1, 1.5, Number.NaN, -Infinity, '1', null, 1n]],
    ['duration(0)', duration(0), [0, 0.5, Infinity], [-0.001, Number.NaN, '5', null]],
    ['limit()', limit(), [0.001, 1, Infinity], [0, -1, Number.NaN, '5', null]],
    ['numeric', numeric('even', value => value % 2 === 0), [0, 2], [1, Number.NaN, '2']],
    ['oneOf', oneOf(['a', 'b'], 'a'), ['a', 'b'], ['c', '', 0, null, ['a']]],
    ['optionalFunction', optionalFunction(), [() => {}, Date], [null, {}, 'f']],
    ['rule', rule('true', value => value === true), [true], [false, 1]],
  ])('made by %s accepts what fits and nothing else', (_, made, fitting, others) => {
    expect(fitting.filter(value => made.accepts(value))).toEqual(fitting)
    expect(others.filter(value => made.accepts(value))).toEqual([])
  })
})
