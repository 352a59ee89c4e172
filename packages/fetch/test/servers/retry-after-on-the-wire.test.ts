import { faultServer, ok, status } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { platforms } from './platforms.ts'

/** What the client waits by itself. */
const OWN_MS = 7

const date = 'Sun, 06 Nov 1994 08:49:00 GMT'

describe.each(platforms)('Retry-After on the wire (undici PR 5519), by way of $platform', ({ fetch }) => {
  it.each([
    ['in seconds', { 'retry-after': '2' }, 2_000],
    ['of no time', { 'retry-after': '0' }, 0],
    ['with leading zeros', { 'retry-after': '002' }, 2_000],
    ['in blanks', { 'retry-after': '  2\t' }, 2_000],
    ['as a date', { 'retry-after': 'Sun, 06 Nov 1994 08:49:03 GMT', date }, 3_000],
    ['as a date of RFC 850', { 'retry-after': 'Sunday, 06-Nov-94 08:49:03 GMT', date }, 3_000],
    ['as a date of asctime', { 'retry-after': 'Sun Nov  6 08:49:03 1994', date }, 3_000],
    ['as a date that has passed', { 'retry-after': 'Sun, 06 Nov 1994 08:48:00 GMT', date }, 0],
    ['with a unit', { 'retry-after': '1000abc' }, OWN_MS],
    ['with a sign', { 'retry-after': '-1' }, OWN_MS],
    ['with a fraction', { 'retry-after': '1.5' }, OWN_MS],
    ['with an exponent', { 'retry-after': '1e3' }, OWN_MS],
    ['in hexadecimal', { 'retry-after': '0x10' }, OWN_MS],
    ['that is no number', { 'retry-after': 'NaN' }, OWN_MS],
    ['that is empty', { 'retry-after': '' }, OWN_MS],
    ['twice', { 'retry-after': '1, 2' }, OWN_MS],
    ['in a date of another form', { 'retry-after': '1994-11-06T08:49:03Z', date }, OWN_MS],
    ['in no way, but with a limit that is exhausted', { ratelimit: '"kelp";r=0;t=4' }, 4_000],
    ['beside a limit that is exhausted', { 'retry-after': '2', ratelimit: '"kelp";r=0;t=4' }, 2_000],
  ])('%s', async (_, headers, expectedMs) => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, headers), ok('kelp')])
    const clock = virtualClock()
    const api = resilientFetch({ fetch, clock, random: () => 0, retry: { backoff: () => OWN_MS } })
    const delays: unknown[] = []
    api.policy.subscribe(event => {
      if (event.type !== 'retry.scheduled') return
      delays.push((event as unknown as { delayMs: number }).delayMs)
      void clock.advance(Math.max(1, expectedMs))
    })

    const response = await api(`${server.url}/kelp`)

    expect(delays).toEqual([expectedMs])
    expect(await response.text()).toBe('kelp')
  })

  it.each([
    ['more than is left of the total limit', '30'],
    ['more than any timer', String(2 ** 40)],
    ['more than any number', '9'.repeat(400)],
  ])('of %s ends the attempts at once', async (_, retryAfter) => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, { 'retry-after': retryAfter }, 'busy'), ok('kelp')])
    const clock = virtualClock()

    const response = await resilientFetch({ fetch, clock })(`${server.url}/kelp`)

    expect([response.status, await response.text()]).toEqual([503, 'busy'])
    expect(server.requests).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })
})
