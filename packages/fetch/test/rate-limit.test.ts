import { retryAfterMs } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'

const of = (ratelimit: string): number | undefined => retryAfterMs({ ratelimit }, 0)

describe('retryAfterMs: the RateLimit field', () => {
  it.each([
    ['"default";r=0;t=5', 5_000],
    ['"default";t=5;r=0', 5_000],
    ['"default"; r=0; t=5', 5_000],
    ['  "default" ;r=0 ;t=5  ', 5_000],
    ['"default";r=0;t=0', 0],
    ['"default";r=0;pk=:cHNsNQ==:;t=5', 5_000],
    ['default;r=0;t=5', 5_000],
    ['"burst";r=0;t=5,"day";r=90;t=3600', 5_000],
    ['"burst";r=90;t=3600, "day";r=0;t=5', 5_000],
    // Both have to pass.
    ['"burst";r=0;t=5, "day";r=0;t=3600', 3_600_000],
    ['"day";r=0;t=3600, "burst";r=0;t=5', 3_600_000],
    ['"a, b";r=0;t=5', 5_000],
    ['"a;r=7;t=9";r=0;t=5', 5_000],
    ['"a\\";r=7;b";r=0;t=5', 5_000],
    ['"a\\\\";r=0;t=5', 5_000],
    ['"x";r=0;t=999999999999999', 999_999_999_999_999_000],
  ])('that has nothing left says when it is reset: %s', (field, ms) => {
    expect(of(field)).toBe(ms)
  })

  it.each([
    ['something is left', '"default";r=1;t=5'],
    ['it does not say when', '"default";r=0'],
    ['it does not say what is left', '"default";t=5'],
    ['both are told by different members', '"a";r=0, "b";t=5'],
    ['the quota is negative', '"default";r=-1;t=5'],
    ['the time is negative', '"default";r=0;t=-5'],
    ['the time is no integer', '"default";r=0;t=5.5'],
    ['a number is more than the field can hold', '"default";r=0;t=1000000000000000'],
    ['a parameter is in upper case', '"default";R=0;T=5'],
    ['all of it is within a name', '";r=0;t=5"'],
    ['a name hides what is left', '"a;r=0";t=5'],
    ['it is of the older form', 'limit=100, remaining=0, reset=5'],
    ['it is of the oldest form', '0'],
    ['it is empty', ''],
    ['it is something else', 'soon'],
  ])('says nothing where %s', (_, field) => {
    expect(of(field)).toBeUndefined()
  })

  it('is read from lists, too', () => {
    expect(retryAfterMs({ headers: { ratelimit: ['"a";r=0;t=5', '"b";r=0;t=7'] } }, 0)).toBe(7_000)
  })

  it('gives way to Retry-After, be it shorter or longer', () => {
    expect(retryAfterMs({ ratelimit: '"a";r=0;t=5', 'retry-after': '1' }, 0)).toBe(1_000)
    expect(retryAfterMs({ ratelimit: '"a";r=0;t=5', 'retry-after': '9' }, 0)).toBe(9_000)
    expect(retryAfterMs({ ratelimit: '"a";r=0;t=5', 'retry-after': '0' }, 0)).toBe(0)
  })

  it('counts where Retry-After makes no sense', () => {
    expect(retryAfterMs({ ratelimit: '"a";r=0;t=5', 'retry-after': '1000abc' }, 0)).toBe(5_000)
  })

  it('is not any of the fields of before', () => {
    const older = {
      'ratelimit-remaining': '0',
      'ratelimit-reset': '5',
      'x-ratelimit-reset': '5',
      'retry-after-ms': '5',
    }

    expect(retryAfterMs(older, 0)).toBeUndefined()
  })
})
