import { type ResilientFetchOptions, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN, sentAt } from './client.ts'
import { coded, fetchFailed, refused, reset } from './network-errors.ts'
import { answers, fails, hangs, type Turn } from './scripted-fetch.ts'

/** When the attempts of a GET were made, in milliseconds. */
async function attemptsAt(turns: readonly Turn[], options: ResilientFetchOptions = {}): Promise<number[]> {
  const made = client(turns, options)
  await ended(made.clock, made.api(ORIGIN)).catch(() => {})
  return sentAt(made)
}

const busy = answers(503)
const throttled = answers(429)

describe('the waits between attempts', () => {
  it.each([
    ['all of it', 1, [0, 100, 300]],
    ['half of it', 0.5, [0, 50, 150]],
    // A timer of 0 ms runs after 1 ms, on every platform.
    ['nothing of it', 0, [0, 1, 2]],
  ])('are 100 ms, doubled each time, of which %s is drawn', async (_, lot, times) => {
    expect(await attemptsAt([busy, busy, busy], { random: () => lot })).toEqual(times)
  })

  it.each([
    ['all of it', 1, [0, 500, 1_500]],
    ['half of it', 0.5, [0, 250, 750]],
    ['nothing of it', 0, [0, 1, 2]],
  ])('begin with 500 ms where the server limits its callers: %s', async (_, lot, times) => {
    expect(await attemptsAt([throttled, throttled, throttled], { random: () => lot })).toEqual(times)
  })

  it('go by the number of the attempt, whatever failed before', async () => {
    expect(await attemptsAt([busy, throttled, busy])).toEqual([0, 100, 1_100])
    expect(await attemptsAt([throttled, busy, busy])).toEqual([0, 500, 700])
  })

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ConnectionClosed'])(
    'are none after the first connection that broke: %s',
    async code => {
      const broken = fails(fetchFailed(coded(code)))

      expect(await attemptsAt([broken, broken, broken])).toEqual([0, 1, 201])
      expect(await attemptsAt([busy, broken, busy])).toEqual([0, 100, 101])
    },
  )

  it('are none once in a call, and once in the next', async () => {
    const made = client([fails(reset()), answers(200), fails(reset()), answers(200)])

    await ended(made.clock, made.api(ORIGIN))
    await ended(made.clock, made.api(ORIGIN))

    expect(sentAt(made)).toEqual([0, 1, 1, 2])
  })

  it('are as ever after a connection that was refused, or an attempt that took too long', async () => {
    expect(await attemptsAt([fails(refused()), answers(200)])).toEqual([0, 100])
    expect(await attemptsAt([hangs(), answers(200)], { attempt: { timeoutMs: 50 } })).toEqual([0, 150])
  })

  it('are told afterwards', async () => {
    const { api, clock } = client([busy, throttled, answers(200)])

    const response = await ended(clock, api(ORIGIN))

    expect(retryInfo(response)).toEqual({ attempts: 3, delaysMs: [100, 1_000], errors: [], stopped: 'succeeded' })
  })
})

describe('a retry', () => {
  it('ends with the third attempt, and with its own answer', async () => {
    const last = new Response('last', { status: 503 })
    const { api, clock, fetch } = client([busy, busy, () => last])

    const response = await ended(clock, api(ORIGIN))

    expect(response).toBe(last)
    expect(fetch.sent).toHaveLength(3)
  })

  it('ends with the third attempt, and with its own error', async () => {
    const errors = [reset(), reset(), reset()]
    const { api, clock } = client(errors.map(error => fails(error)))

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toBe(errors[2])
    expect(retryInfo(rejection)).toMatchObject({ attempts: 3, errors, stopped: 'attempts' })
  })

  it('looks for a name that is not there twice', async () => {
    const unknown = fails(fetchFailed(coded('ENOTFOUND', { syscall: 'getaddrinfo' })))

    expect(await attemptsAt([unknown, unknown])).toEqual([0, 100])
    expect(await attemptsAt([unknown, answers(200)])).toEqual([0, 100])
    expect(await attemptsAt([unknown, fails(reset()), unknown])).toEqual([0, 100, 101])
  })

  it('looks for a name that is not there twice in each call', async () => {
    const unknown = fails(fetchFailed(coded('ENOTFOUND')))
    const { api, clock, fetch } = client([unknown, unknown, unknown, unknown])

    await rejectionOf(ended(clock, api(ORIGIN)))
    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(fetch.sent).toHaveLength(4)
    expect(retryInfo(rejection)?.stopped).toBe('unhandled')
  })

  it('asks for a name that may come later as often as for all else', async () => {
    const later = fails(fetchFailed(coded('EAI_AGAIN')))

    expect(await attemptsAt([later, later, later])).toHaveLength(3)
  })
})

describe('the limits of time', () => {
  it('are 8 s for an attempt', async () => {
    const { api, clock } = client([hangs()], { retry: false })

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'fetch.attempt', timeoutMs: 8_000 })
  })

  it('are 30 s in all', async () => {
    const { api, clock } = client([hangs()], { retry: false, attempt: false })

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'fetch.total', timeoutMs: 30_000 })
  })

  it('leave time for three attempts that hang', async () => {
    expect(await attemptsAt([hangs(), hangs(), hangs()])).toEqual([0, 8_100, 16_300])
  })

  it('end the wait at once that would reach the total limit', async () => {
    const made = client([busy], { total: { timeoutMs: 100 } })

    const response = await made.api(ORIGIN)

    expect(retryInfo(response)).toMatchObject({ attempts: 1, stopped: 'deadline' })
    expect(made.clock.pendingTimers).toBe(0)
  })
})
