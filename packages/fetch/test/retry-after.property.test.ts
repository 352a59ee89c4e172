import { retryAfterMs } from '@holdfast/fetch'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (number: number): string => String(number).padStart(2, '0')

/** All three forms of a date, put together by hand. */
function formsOf(ms: number): { readonly imf: string; readonly rfc850: string; readonly asctime: string } {
  const date = new Date(ms)
  const [day, month, year] = [date.getUTCDate(), months[date.getUTCMonth()] as string, date.getUTCFullYear()]
  const weekday = days[date.getUTCDay()] as string
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return {
    imf: date.toUTCString(),
    rfc850: `${weekday}, ${two(day)}-${month}-${two(year % 100)} ${time} GMT`,
    asctime: `${weekday.slice(0, 3)} ${month} ${String(day).padStart(2)} ${time} ${year}`,
  }
}

/** Whole seconds of the years 2000 to 2045, so that no year of two digits is more than 50 away from another. */
const second = fc.integer({ min: Date.UTC(2000, 0) / 1_000, max: Date.UTC(2045, 0) / 1_000 }).map(s => s * 1_000)

describe('retryAfterMs', () => {
  it('reads any date in any form, with any date of the server in any form', () => {
    const form = fc.constantFrom('imf' as const, 'rfc850' as const, 'asctime' as const)
    fc.assert(
      fc.property(second, second, second, form, form, (until, sent, epochMs, untilForm, sentForm) => {
        const retryAfter = formsOf(until)[untilForm]
        const date = formsOf(sent)[sentForm]

        expect(retryAfterMs({ 'retry-after': retryAfter }, epochMs)).toBe(Math.max(0, until - epochMs))
        expect(retryAfterMs({ 'retry-after': retryAfter, date }, epochMs)).toBe(Math.max(0, until - sent))
      }),
      { numRuns: 1_000 },
    )
  })

  it('knows which days there are in a year', () => {
    const date = fc.record({
      year: fc.integer({ min: 1970, max: 2100 }),
      month: fc.integer({ min: 0, max: 11 }),
      day: fc.integer({ min: 0, max: 35 }),
    })
    fc.assert(
      fc.property(date, ({ year, month, day }) => {
        const exists = new Date(year, month, day).getDate() === day
        const text = `Mon, ${two(day)} ${months[month]} ${year} 00:00:00 GMT`

        expect(retryAfterMs({ 'retry-after': text }, 0) !== undefined).toBe(exists)
      }),
      { numRuns: 1_000 },
    )
  })

  it('says a number of at least 0, or nothing, whatever comes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[\d\-+.eE: GMTa-z,]{0,30}$/),
      fc.stringMatching(/^("[ -~]{0,5}"|[a-z]{1,3})(;[rt]=-?\d{0,17}){0,3}(,.{0,20})?$/),
    )
    fc.assert(
      fc.property(fc.record({ 'retry-after': text, ratelimit: text, date: text }, { requiredKeys: [] }), headers => {
        const ms = retryAfterMs(headers, 0)
        expect(ms === undefined || ms >= 0).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes a time in proportion to what comes, however hostile', () => {
    // Where it took the square of it, this test would not end.
    const hostile = ['"', '"\\', '\\', 'r=0;', 'a=', ',', ' ', 'Sun, '].map(text => text.repeat(400_000))

    const found = hostile.map(text => retryAfterMs({ 'retry-after': text, ratelimit: text, date: text }, 0))

    expect(found).toEqual(hostile.map(() => undefined))
  })
})
