import { longCalls, resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { client, clientOn, ended, ORIGIN, sentAt } from './client.ts'
import { reset } from './network-errors.ts'
import { fails, hangs } from './scripted-fetch.ts'

describe('what a call answers with', () => {
  it.each([200, 204, 304, 400, 404, 500, 501, 503])('is the response itself, unread: %d', async status => {
    const given = new Response(status === 204 || status === 304 ? null : 'kelp', { status })
    const { api, clock } = client([() => given], { retry: { maxAttempts: 1 } })

    const response = await ended(clock, api(ORIGIN))

    expect(response).toBe(given)
    expect([response.bodyUsed, response.body?.locked ?? false]).toEqual([false, false])
    expect(response).toBeInstanceOf(Response)
  })

  it('is the last response, unread, when all attempts have failed', async () => {
    const all = Array.from({ length: 3 }, (_, index) => new Response(`kelp ${index}`, { status: 503 }))
    const { api, clock } = client(all.map(response => () => response))

    const response = await ended(clock, api(ORIGIN))

    expect(response).toBe(all[2])
    expect(all.map(({ bodyUsed }) => bodyUsed)).toEqual([true, true, false])
    expect(await response.text()).toBe('kelp 2')
  })

  it.each([
    ['permanent', new Error('no')],
    ['repeated', reset()],
    ['frozen', Object.freeze(reset())],
  ])('is the error itself, with nothing added: %s', async (_, error) => {
    const members = Reflect.ownKeys(error)
    const { api, clock } = client(Array.from({ length: 3 }, () => fails(error)))

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toBe(error)
    expect(Reflect.ownKeys(error)).toEqual(members)
  })

  it.each([undefined, null, 'down', 7])('is what was thrown, be it no error: %j', async thrown => {
    const { api, clock } = client([fails(thrown)])

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toBe(thrown)
  })

  it('is what a fetch throws at once', async () => {
    const fault = new Error('fault of fetch')
    const { api } = client([], {
      fetch: () => {
        throw fault
      },
    })

    expect(await rejectionOf(api(ORIGIN))).toBe(fault)
  })
})

describe('fetch', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is that of the platform, as it is at each call', async () => {
    const api = resilientFetch()
    const answersOf = (text: string) => async () => new Response(text)

    vi.stubGlobal('fetch', answersOf('one'))
    const first = await (await api(ORIGIN)).text()
    vi.stubGlobal('fetch', answersOf('two'))
    const second = await (await api(ORIGIN)).text()

    expect([first, second]).toEqual(['one', 'two'])
  })

  it('is called without a this', async () => {
    const receivers: unknown[] = []
    const api = resilientFetch({
      async fetch(this: unknown) {
        receivers.push(this)
        return new Response()
      },
    })

    await api(ORIGIN)

    expect(receivers).toEqual([undefined])
  })
})

describe('longCalls', () => {
  it('has no total limit, and lets each attempt take ten minutes', async () => {
    const clock = virtualClock()
    const made = clientOn(clock, [hangs(), hangs(), hangs()], longCalls)

    const rejection = await rejectionOf(ended(clock, made.api(ORIGIN)))

    expect(rejection).toMatchObject({ phase: 'attempt', timeoutMs: 600_000 })
    expect(sentAt(made)).toEqual([0, 600_100, 1_200_300])
  })

  it('cannot be changed by anybody', () => {
    expect(Object.isFrozen(longCalls) && Object.isFrozen(longCalls.attempt) && Object.isFrozen(longCalls.body)).toBe(
      true,
    )
  })

  it('may be a part of other options', () => {
    expect(resilientFetch({ ...longCalls, name: 'models' }).policy.name).toBe('models')
  })
})
