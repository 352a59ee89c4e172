import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN, promptClient } from './client.ts'
import { coded } from './network-errors.ts'
import { answers, reads } from './scripted-fetch.ts'

describe('a body function', () => {
  it('is called once for each attempt', async () => {
    const { api, fetch } = promptClient([reads(answers(503)), reads(answers(503)), reads(answers(200))])
    let calls = 0

    await api(ORIGIN, { method: 'PUT', body: () => `kelp ${++calls}` })

    expect(fetch.sent.map(({ text }) => text)).toEqual(['kelp 1', 'kelp 2', 'kelp 3'])
  })

  it('is called once where nothing is sent twice', async () => {
    const { api } = promptClient([answers(503)], { retry: false })
    let calls = 0

    await api(ORIGIN, { method: 'PUT', body: () => `kelp ${++calls}` })

    expect(calls).toBe(1)
  })

  it.each([
    [
      'throws',
      () => () => {
        throw new Error('disk')
      },
    ],
    ['rejects', () => () => Promise.reject(new Error('disk'))],
  ])('that %s ends the call with what it threw, and the server is not to blame', async (_, make) => {
    const { api, fetch } = promptClient([])

    const ends: unknown[] = []
    for (let call = 0; call < 6; call++) ends.push(await rejectionOf(api(ORIGIN, { method: 'PUT', body: make() })))

    expect(ends).toEqual(Array.from({ length: 6 }, () => new Error('disk')))
    expect(fetch.sent).toEqual([])
    expect(api.breakerOf(ORIGIN)?.state).toBe('closed')
  })

  it('that fails as the network does is called again', async () => {
    const { api, fetch } = promptClient([reads(answers(200))])
    let calls = 0
    const body = (): string => {
      if (++calls === 1) throw coded('ECONNRESET')
      return 'kelp'
    }

    const response = await api(ORIGIN, { method: 'PUT', body })

    expect(fetch.sent.map(({ text }) => text)).toEqual(['kelp'])
    expect(retryInfo(response)?.attempts).toBe(2)
  })

  it('is bounded by the limit of the attempt', async () => {
    const { api, clock } = client([], { retry: false })

    const rejection = rejectionOf(
      ended(clock, api(ORIGIN, { method: 'PUT', body: () => new Promise<string>(() => {}) })),
    )

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'attempt' })
  })

  it('that has its body too late sends nothing', async () => {
    const { api, clock, fetch } = client([answers(200)], { attempt: { timeoutMs: 100 }, retry: false })
    const late = (): Promise<string> =>
      new Promise(resolve => {
        clock.setTimeout(() => resolve('kelp'), 150)
      })

    const rejection = rejectionOf(ended(clock, api(ORIGIN, { method: 'PUT', body: late })))

    expect(await rejection).toMatchObject({ phase: 'attempt' })
    expect(fetch.sent.filter(({ request }) => !request.signal.aborted)).toEqual([])
  })
})
