import { mayRepeat } from '@holdfast/fetch'
import { classify } from '@holdfast/fetch/http'
import { describe, expect, it } from 'vitest'
import { coded, fetchFailed } from './network-errors.ts'

/** `error` as the cause of a cause … of an error, so many deep. */
function within(depth: number, error: unknown): unknown {
  return depth === 0 ? error : fetchFailed(within(depth - 1, error))
}

const kindOf = (error: unknown): string => classify(error).kind

describe('an error within others', () => {
  it.each([0, 1, 2, 9])('is found as their cause, %d deep', depth => {
    expect(classify(within(depth, coded('ECONNREFUSED')))).toEqual({ kind: 'neverProcessed', code: 'ECONNREFUSED' })
  })

  it('is not looked for deeper than ten', () => {
    expect(kindOf(within(10, coded('ECONNREFUSED')))).toBe('permanent')
  })

  it('does not hide what the outer one says', () => {
    const outer = coded('ECONNRESET', { cause: coded('ECONNREFUSED') })

    expect(classify(outer)).toEqual({ kind: 'ambiguous', code: 'ECONNRESET' })
  })

  it('counts where the outer code says nothing about the request', () => {
    expect(kindOf(coded('ERR_WRAPPED', { cause: coded('EPIPE') }))).toBe('ambiguous')
  })

  it.each([
    ['each address refused', [coded('ECONNREFUSED'), coded('ECONNREFUSED')], 'neverProcessed'],
    ['one of them broke', [coded('ECONNREFUSED'), coded('ECONNRESET'), coded('ECONNREFUSED')], 'ambiguous'],
    ['one of them is unknown', [coded('EWHATEVER'), coded('ECONNREFUSED')], 'neverProcessed'],
    ['all of them are unknown', [coded('EWHATEVER'), new Error('no')], 'permanent'],
    ['there is none', [], 'permanent'],
    [
      'they are nested themselves',
      [fetchFailed(coded('ECONNREFUSED')), new AggregateError([coded('EPIPE')])],
      'ambiguous',
    ],
  ])('of several, the one that is least safe to repeat counts: %s', (_, errors, kind) => {
    expect(kindOf(new AggregateError(errors))).toBe(kind)
    expect(kindOf(fetchFailed(new AggregateError(errors)))).toBe(kind)
  })

  it('may be the cause of several that say nothing', () => {
    const several = new AggregateError([new Error('no')], 'all failed', { cause: coded('ECONNREFUSED') })

    expect(kindOf(several)).toBe('neverProcessed')
  })

  it('is found by the code of several, where that has one', () => {
    const several = Object.assign(new AggregateError([coded('EWHATEVER')]), { code: 'ECONNREFUSED' })

    expect(kindOf(several)).toBe('neverProcessed')
  })

  it('may be its own cause', () => {
    const error = new Error('no') as Error & { cause: unknown }
    error.cause = error

    expect(kindOf(error)).toBe('permanent')
  })

  it('may be found on the way around a circle', () => {
    const outer = new Error('no') as Error & { cause: unknown }
    outer.cause = coded('ECONNRESET', { cause: outer })

    expect(kindOf(outer)).toBe('ambiguous')
  })

  it('may be among its own errors, many times', () => {
    // Followed each time, they would be more than can be counted.
    const error = new AggregateError([])
    error.errors = Array.from({ length: 1_000 }, () => error)

    expect(kindOf(error)).toBe('permanent')
    expect(mayRepeat({ method: 'GET', error })).toBe(false)
  })

  it('is looked for among a hundred of them', () => {
    const among = (before: number): AggregateError =>
      new AggregateError([...Array.from({ length: before }, () => new Error('no')), coded('ECONNREFUSED')])

    expect(kindOf(among(98))).toBe('neverProcessed')
    expect(kindOf(among(99))).toBe('permanent')
  })

  it.each([
    ['no list', { errors: 'ECONNRESET' }],
    ['no objects', { errors: ['ECONNRESET', null, 7] }],
    ['no cause', { cause: null }],
  ])('need not be any: %s', (_, facts) => {
    expect(kindOf(Object.assign(new Error('no'), facts))).toBe('permanent')
  })
})
