import { clean, show } from '@holdfast/core/kernel'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('clean', () => {
  it.each([
    ['plain words', 'catalogue.attempt', 'catalogue.attempt'],
    ['line breaks', 'a\r\nb', 'ab'],
    ['the line breaks of Unicode', 'a\u2028b\u2029c', 'abc'],
    ['terminal sequences', '\u001b[31mred\u009b0m', '[31mred0m'],
    ['NUL and DEL', 'a\u0000b\u007f', 'ab'],
    ['what turns the direction of writing', 'user\u202etxt.exe', 'usertxt.exe'],
    ['what has no width', 'a\u200bb\ufeff', 'ab'],
    ['half of a pair', 'a\ud83d', 'a'],
    ['letters of all scripts', 'Größe 大きさ 👍', 'Größe 大きさ 👍'],
  ])('keeps or drops %s', (_, text, expected) => {
    expect(clean(text)).toBe(expected)
  })

  it('cuts at 120 characters unless told otherwise, and never in the middle of one', () => {
    expect(clean('x'.repeat(1_000))).toBe('x'.repeat(120))
    expect(clean('x'.repeat(1_000), 5)).toBe('xxxxx')
    expect(clean('xxxx👍', 5)).toBe('xxxx')
  })

  it('is never longer than allowed, well-formed and clean already, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat({ max: 200 }), (text, length) => {
        const cleaned = clean(text, length)
        expect(cleaned.length).toBeLessThanOrEqual(length)
        expect(cleaned).not.toMatch(/\p{Cs}/u)
        expect(clean(cleaned, length)).toBe(cleaned)
      }),
    )
  })

  it('takes no longer than what it keeps', () => {
    expect(clean('\u0000'.repeat(10_000_000))).toBe('')
  })
})

describe('show', () => {
  it.each<[unknown, string]>([
    ['text', '"text"'],
    ['two\nlines', '"twolines"'],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [5n, '5'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('brand'), 'Symbol(brand)'],
    [() => {}, 'a function'],
    [Date, 'a function'],
    [[1, 2], 'an array'],
    [{ secret: 'password' }, 'an object'],
  ])('shows %o as %s', (value, shown) => {
    expect(show(value)).toBe(shown)
  })

  it('runs no code of the value', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('do not look')
        },
        getPrototypeOf: () => {
          throw new Error('do not look')
        },
      },
    )

    expect(show(hostile)).toBe('an object')
  })

  it('shows an object that nothing can be asked any more', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()

    expect(show(proxy)).toBe('an object')
  })
})
