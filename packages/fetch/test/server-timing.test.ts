import { type ResilientFetchOptions, retryInfo } from '@holdfast/fetch'
import { seededRandom } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN, sentAt } from './client.ts'
import { answers } from './scripted-fetch.ts'

/** A call whose first answer names a time. */
async function named(headers: Record<string, string>, options: ResilientFetchOptions = {}, status = 503) {
  const made = client([answers(status, headers), answers(200)], { random: () => 0, ...options })
  const response = await ended(made.clock, made.api(ORIGIN))
  return { times: sentAt(made), info: retryInfo(response), status: response.status }
}

describe('a server that names a time', () => {
  it.each([503, 429, 408, 421, 425, 500, 502, 504])('is given it: with %d', async status => {
    expect((await named({ 'retry-after': '7' }, {}, status)).times).toEqual([0, 7_000])
  })

  it('may name none at all', async () => {
    expect((await named({ 'retry-after': '0' })).times).toEqual([0, 1])
    expect((await named({ 'retry-after': '0' }, { random: () => 1 }, 429)).times).toEqual([0, 1])
  })

  it('may name a date, by its own clock', async () => {
    const date = 'Tue, 01 Jan 2030 00:00:00 GMT'
    const headers = { date, 'retry-after': 'Tue, 01 Jan 2030 00:00:09 GMT' }

    expect((await named(headers)).times).toEqual([0, 9_000])
  })

  it('may name a date without its own, which is compared with ours', async () => {
    // Virtual clocks begin with the year 2030.
    expect((await named({ 'retry-after': 'Tue, 01 Jan 2030 00:00:09 GMT' })).times).toEqual([0, 9_000])
    expect((await named({ 'retry-after': 'Mon, 31 Dec 2029 00:00:09 GMT' })).times).toEqual([0, 1])
  })

  it('may name it by a RateLimit field', async () => {
    expect((await named({ ratelimit: '"burst";r=0;t=3' }, {}, 429)).times).toEqual([0, 3_000])
  })

  it('that makes no sense is treated as if it had named none', async () => {
    expect((await named({ 'retry-after': '1000abc' }, { random: () => 1 })).times).toEqual([0, 100])
    expect((await named({ 'retry-after': '-1' }, { random: () => 1 }, 429)).times).toEqual([0, 500])
  })

  it('is not heeded where the status is none to repeat', async () => {
    const { times, status } = await named({ 'retry-after': '1' }, {}, 501)

    expect([times, status]).toEqual([[0], 501])
  })
})

describe('the wait that a server asks for', () => {
  it('is never shorter, and up to half as long again', async () => {
    expect((await named({ 'retry-after': '4' }, { random: () => 0 })).times).toEqual([0, 4_000])
    expect((await named({ 'retry-after': '4' }, { random: () => 0.5 })).times).toEqual([0, 5_000])
    expect((await named({ 'retry-after': '4' }, { random: () => 1 })).times).toEqual([0, 6_000])
  })

  it('leaves half of what is left to the attempt, where time is short', async () => {
    expect((await named({ 'retry-after': '28' }, { random: () => 1 })).times).toEqual([0, 29_000])
  })

  it.each(['30', '31', '3600', '1099511627776', '9'.repeat(400)])(
    'ends the attempts at once where there is not that much time: %s',
    async seconds => {
      const { times, info, status } = await named({ 'retry-after': seconds })

      expect([times, status]).toEqual([[0], 503])
      expect(info).toEqual({ attempts: 1, delaysMs: [], errors: [], stopped: 'deadline' })
    },
  )

  it('counts what has been used up of the total limit', async () => {
    const made = client([answers(503, { 'retry-after': '20' }), answers(503, { 'retry-after': '10' })], {
      random: () => 0,
    })

    const response = await ended(made.clock, made.api(ORIGIN))

    expect(sentAt(made)).toEqual([0, 20_000])
    expect(retryInfo(response)).toMatchObject({ attempts: 2, stopped: 'deadline' })
  })

  it('is at most two minutes where there is no total limit', async () => {
    expect((await named({ 'retry-after': '120' }, { total: false })).times).toEqual([0, 120_000])
    expect((await named({ 'retry-after': '121' }, { total: false })).info?.stopped).toBe('deadline')
  })

  it('is at most maxRetryAfterMs', async () => {
    const options = { maxRetryAfterMs: 5_000, random: () => 1 }

    expect((await named({ 'retry-after': '5' }, options)).times).toEqual([0, 5_000])
    expect((await named({ 'retry-after': '6' }, options)).info?.stopped).toBe('deadline')
    expect((await named({ 'retry-after': '1' }, { maxRetryAfterMs: 0 })).info?.stopped).toBe('deadline')
    expect((await named({ 'retry-after': '0' }, { maxRetryAfterMs: 0 })).times).toEqual([0, 1])
  })

  it('may be as long as it likes without any limit, but not longer than a timer', async () => {
    const options = { total: false as const, maxRetryAfterMs: Infinity }

    expect((await named({ 'retry-after': '86400' }, options)).times).toEqual([0, 86_400_000])
    expect((await named({ 'retry-after': '2147484' }, options)).info?.stopped).toBe('deadline')
    expect((await named({ 'retry-after': '9'.repeat(400) }, options)).info?.stopped).toBe('deadline')
  })

  it('is kept to whatever is drawn, and the attempt begins before the end or not at all', async () => {
    const facts = fc.record({
      seconds: fc.integer({ min: 0, max: 60 }),
      totalMs: fc.integer({ min: 9_000, max: 60_000 }),
      maxRetryAfterMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 60_000 })),
      seed: fc.integer(),
      lot: fc.option(fc.constantFrom(0, 1 - 2 ** -53, 1)),
    })
    await fc.assert(
      fc.asyncProperty(facts, async ({ seconds, totalMs, maxRetryAfterMs, seed, lot }) => {
        const random = lot === null ? seededRandom(seed) : () => lot
        const askedMs = seconds * 1_000

        const { times } = await named(
          { 'retry-after': `${seconds}` },
          { total: { timeoutMs: totalMs }, maxRetryAfterMs, random },
        )

        const [, secondMs] = times
        expect(secondMs !== undefined).toBe(askedMs < totalMs && askedMs <= maxRetryAfterMs)
        if (secondMs === undefined) return
        expect(secondMs).toBeGreaterThanOrEqual(askedMs)
        expect(secondMs).toBeLessThanOrEqual(Math.max(1, askedMs * 1.5))
        expect(secondMs).toBeLessThan(totalMs)
      }),
    )
  })
})
