import { retryAfterMs } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'

const epochMs = Date.UTC(1994, 10, 6, 8, 49, 37)

const until = (date: string, nowMs = epochMs): number | undefined => retryAfterMs({ 'retry-after': date }, nowMs)

describe('retryAfterMs: dates', () => {
  it.each([
    ['of today', 'Sun, 06 Nov 1994 08:50:07 GMT'],
    ['of RFC 850', 'Sunday, 06-Nov-94 08:50:07 GMT'],
    ['of asctime', 'Sun Nov  6 08:50:07 1994'],
    ['with blanks around it', '  Sun, 06 Nov 1994 08:50:07 GMT '],
  ])('count in the form %s', (_, date) => {
    expect(until(date)).toBe(30_000)
  })

  it.each([
    ['now', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['a second ago', 'Sun, 06 Nov 1994 08:49:36 GMT'],
    ['long ago', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('that are past are 0: %s', (_, date) => {
    expect(until(date)).toBe(0)
  })

  it.each([
    ['Sun Nov 13 08:49:37 1994', 7 * 86_400_000],
    ['Tuesday, 06-Dec-94 08:49:37 GMT', 30 * 86_400_000],
    ['Thu, 29 Feb 1996 00:00:00 GMT', Date.UTC(1996, 1, 29) - epochMs],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - epochMs],
    // A leap second is the first of the next minute.
    ['Sat, 31 Dec 1994 23:59:60 GMT', Date.UTC(1995, 0, 1) - epochMs],
  ])('are taken to the second: %s', (date, ms) => {
    expect(until(date)).toBe(ms)
  })

  it.each([
    'Mon, 31 Feb 1995 00:00:00 GMT',
    'Wed, 29 Feb 1995 00:00:00 GMT',
    'Mon, 00 Jan 1995 00:00:00 GMT',
    'Wed, 32 Jan 1995 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 nov 1994 08:50:07 GMT',
    'Sun, 06 Nov 1994 08:50:07',
    'Sun, 06 Nov 1994 08:50:07 UTC',
    'Sun, 06 Nov 1994 08:50:07 +0000',
    'Sun, 6 Nov 1994 08:50:07 GMT',
    'Sun, 06 Nov 94 08:50:07 GMT',
    'Sun, 06-Nov-1994 08:50:07 GMT',
    'Sunday, 06-Nov-94 8:50:07 GMT',
    'Sun Nov 06 08:50:07 1994 GMT',
    'sun, 06 Nov 1994 08:50:07 GMT',
    '06 Nov 1994 08:50:07 GMT',
    '1994-11-06T08:50:07Z',
    'Nov 6, 1994',
    '784111807000ms',
    'x Sun, 06 Nov 1994 08:50:07 GMT',
    'Sun, 06 Nov 1994 08:50:07 GMT x',
  ])('that do not exist, or in other forms, are ignored: %s', date => {
    expect(until(date)).toBeUndefined()
  })
})

describe('retryAfterMs: years of two digits', () => {
  const newYear2026 = Date.UTC(2026, 0, 1)

  it.each([
    ['Friday, 01-Jan-27 00:00:00 GMT', Date.UTC(2027, 0, 1)],
    ['Wednesday, 01-Jan-76 00:00:00 GMT', Date.UTC(2076, 0, 1)],
  ])('are up to 50 years away: %s', (date, dateMs) => {
    expect(until(date, newYear2026)).toBe(dateMs - newYear2026)
  })

  it('that are more than 50 years away are past', () => {
    expect(until('Saturday, 01-Jan-77 00:00:00 GMT', newYear2026)).toBe(0)
  })
})

describe('retryAfterMs: the date of the response', () => {
  const answer = (date: string): number | undefined =>
    retryAfterMs({ 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT', date }, Date.UTC(2030, 0, 1))

  it('is what the date is compared with, so that clocks that differ do no harm', () => {
    expect(answer('Sun, 06 Nov 1994 08:50:02 GMT')).toBe(5_000)
    expect(answer(' Sunday, 06-Nov-94 08:50:02 GMT ')).toBe(5_000)
  })

  it('may be later: there is no wait then', () => {
    expect(answer('Sun, 06 Nov 1994 08:51:07 GMT')).toBe(0)
  })

  it('does not count when it is none', () => {
    expect(answer('yesterday')).toBe(0)
  })

  it('does not matter to seconds', () => {
    expect(retryAfterMs({ 'retry-after': '5', date: 'Sun, 06 Nov 1994 08:50:02 GMT' }, epochMs)).toBe(5_000)
  })
})
