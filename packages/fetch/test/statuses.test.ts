import { isTransientStatus, mayRepeat } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'

const neverProcessed = [421, 425, 429]
const ambiguous = [408, 500, 502, 503, 504]
const all = Array.from({ length: 500 }, (_, index) => 100 + index)
const key = { 'idempotency-key': '"7"' }

describe('isTransientStatus', () => {
  it('is true of those that another attempt may better, and of no other from 100 to 599', () => {
    expect(all.filter(isTransientStatus)).toEqual([...neverProcessed, ...ambiguous].toSorted((a, b) => a - b))
  })

  it.each([0, -503, 503.5, 5030, Number.NaN, Infinity])('is false of %d', status => {
    expect(isTransientStatus(status)).toBe(false)
  })
})

describe('mayRepeat: statuses', () => {
  it.each(neverProcessed)('%d is repeated whatever the method', status => {
    expect(mayRepeat({ method: 'GET', status })).toBe(true)
    expect(mayRepeat({ method: 'POST', status })).toBe(true)
  })

  it.each(ambiguous)('%d is repeated where repetition changes nothing', status => {
    expect(mayRepeat({ method: 'GET', status })).toBe(true)
    expect(mayRepeat({ method: 'POST', headers: key, status })).toBe(true)
    expect(mayRepeat({ method: 'POST', status })).toBe(false)
    expect(mayRepeat({ method: 'POST', headers: {}, status })).toBe(false)
  })

  it('no other is repeated, whatever the method, with or without a key', () => {
    const others = all.filter(status => ![...neverProcessed, ...ambiguous].includes(status))

    const repeated = others.filter(
      status => mayRepeat({ method: 'GET', status }) || mayRepeat({ method: 'POST', headers: key, status }),
    )

    expect(repeated).toEqual([])
  })

  it('count before an error', () => {
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

    expect(mayRepeat({ method: 'GET', status: 404, error })).toBe(false)
  })
})

describe('mayRepeat: methods', () => {
  const repeats = (method: string): boolean => mayRepeat({ method, status: 503 })

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])('%s does the same when done twice', method => {
    expect(repeats(method)).toBe(true)
    expect(repeats(method.toLowerCase())).toBe(true)
    expect(repeats(`${method[0]}${method.slice(1).toLowerCase()}`)).toBe(true)
  })

  it.each(['POST', 'post', 'PATCH', 'CONNECT', 'LOCK', 'MKCOL', 'GETS', ' GET', '', 'constructor'])(
    '%j may not',
    method => {
      expect(repeats(method)).toBe(false)
    },
  )

  it.each([
    ['Headers', new Headers({ 'Idempotency-Key': 'a' }), true],
    ['Headers without one', new Headers(), false],
    ['a plain object', { 'idempotency-key': 'a' }, true],
    ['a list', { 'idempotency-key': ['a'] }, true],
    ['a field that is undefined', { 'idempotency-key': undefined }, false],
    ['another field', { 'x-idempotency-key': 'a' }, false],
    ['an inherited field', Object.create({ 'idempotency-key': 'a' }) as Record<string, string>, false],
  ])('POST is repeated by its key: %s', (_, headers, isRepeated) => {
    expect(mayRepeat({ method: 'POST', headers, status: 503 })).toBe(isRepeated)
  })
})
