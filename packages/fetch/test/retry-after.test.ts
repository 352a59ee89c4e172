import { retryAfterMs } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'

/** Sunday, 6 November 1994, 08:49:37: the date that RFC 9110 shows in all its forms. */
const epochMs = Date.UTC(1994, 10, 6, 8, 49, 37)

const of = (retryAfter: string): number | undefined => retryAfterMs({ 'retry-after': retryAfter }, epochMs)

describe('retryAfterMs: seconds', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['120', 120_000],
    ['007', 7_000],
    [' 3 ', 3_000],
    ['\t3', 3_000],
    ['1099511627776', 2 ** 40 * 1_000],
    ['9'.repeat(400), Infinity],
  ])('of %j are %d ms', (retryAfter, ms) => {
    expect(of(retryAfter)).toBe(ms)
  })

  it.each([
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '1_000',
    '1 000',
    '1000abc',
    'abc',
    'NaN',
    'Infinity',
    'soon',
    // What two fields of that name come to: neither counts.
    '1, 2',
    // Digits, but not those of RFC 9110.
    '١٢٣',
    '１２',
    '3\n4',
  ])('are not in %j, which is ignored', retryAfter => {
    expect(of(retryAfter)).toBeUndefined()
  })

  it('are not there without the header', () => {
    expect(retryAfterMs({}, epochMs)).toBeUndefined()
  })
})

describe('retryAfterMs: where it looks', () => {
  const fields = { 'retry-after': '2' }

  it.each([
    ['a response', new Response(null, { headers: fields })],
    ['headers', new Headers(fields)],
    ['a plain object of headers', fields],
    ['a plain object without a prototype', Object.assign(Object.create(null) as object, fields)],
    ['an answer with plain headers', { headers: fields }],
    ['an answer with lists', { headers: { 'retry-after': ['2'] } }],
    ['headers with a field named get', { ...fields, get: 'it' }],
    ['headers with a field named headers', { ...fields, headers: 'all' }],
    ['headers with several fields named headers', { ...fields, headers: ['some', 'all'] }],
  ])('takes it from %s', (_, from) => {
    expect(retryAfterMs(from, epochMs)).toBe(2_000)
  })

  it('joins lists, so that two values are none', () => {
    expect(retryAfterMs({ 'retry-after': ['2', '3'] }, epochMs)).toBeUndefined()
  })

  it('knows only own fields of an object', () => {
    const inherited = Object.create({ 'retry-after': '2' }) as Record<string, string>

    expect(retryAfterMs(inherited, epochMs)).toBeUndefined()
  })

  it('takes undefined for a field that is not there', () => {
    expect(retryAfterMs({ 'retry-after': undefined, ratelimit: undefined }, epochMs)).toBeUndefined()
  })

  it('compares dates with the time of the platform where none is given', () => {
    const in90s = new Date(Date.now() + 90_000).toUTCString()

    const ms = retryAfterMs({ 'retry-after': in90s }) as number

    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThanOrEqual(90_000)
  })
})
