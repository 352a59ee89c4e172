import type { ResilientFetchOptions, ResilientInit } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails } from './scripted-fetch.ts'

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

/** The keys that the attempts of a call were sent with, the first two of which fail. */
async function keysOf(options: ResilientFetchOptions, init: ResilientInit, input: string | Request = ORIGIN) {
  const { api, clock, fetch } = client([answers(503), fails(reset()), answers(200)], options)
  await ended(clock, api(input, init)).catch(() => {})
  return fetch.sent.map(({ request }) => request.headers.get('idempotency-key'))
}

const post = { method: 'POST', body: 'kelp' }

describe('idempotencyKey', () => {
  it.each([
    ['auto', `^"${uuid}"$`],
    ['raw', `^${uuid}$`],
  ] as const)('%s is equal on all attempts', async (idempotencyKey, form) => {
    const keys = await keysOf({ idempotencyKey }, post)

    expect(keys).toEqual([keys[0], keys[0], keys[0]])
    expect(keys[0]).toMatch(new RegExp(form))
  })

  it('is another one in each call', async () => {
    const { api, clock, fetch } = client([answers(200), answers(200)], { idempotencyKey: 'auto' })

    await ended(clock, api(ORIGIN, post))
    await ended(clock, api(ORIGIN, post))

    const keys = fetch.sent.map(({ request }) => request.headers.get('idempotency-key'))
    expect(new Set(keys).size).toBe(2)
  })

  it.each(['PATCH', 'post', 'patch'])('is given to %s, too', async method => {
    expect(await keysOf({ idempotencyKey: 'auto' }, { ...post, method })).toHaveLength(3)
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is not given to %s, which needs none', async method => {
    expect(await keysOf({ idempotencyKey: 'auto' }, { method })).toEqual([null, null, null])
  })

  it.each([{}, { idempotencyKey: 'none' as const }])('is not added unless it is asked for: %o', async options => {
    expect(await keysOf(options, post)).toEqual([null])
  })

  it('leaves the key of the caller as it is', async () => {
    const headers = { 'Idempotency-Key': 'mine' }

    expect(await keysOf({ idempotencyKey: 'auto' }, { ...post, headers })).toEqual(['mine', 'mine', 'mine'])
    expect(await keysOf({ idempotencyKey: 'auto' }, {}, new Request(ORIGIN, { ...post, headers }))).toHaveLength(3)
  })

  it('joins the other headers, whatever they are made of', async () => {
    for (const headers of [
      { 'x-tank': '7' },
      new Headers({ 'x-tank': '7' }),
      [['x-tank', '7']] as [string, string][],
    ]) {
      const { api, clock, fetch } = client([answers(200)], { idempotencyKey: 'auto' })

      await ended(clock, api(ORIGIN, { ...post, headers }))

      const sent = fetch.sent[0]?.request.headers
      expect([sent?.get('x-tank'), sent?.get('content-type')]).toEqual(['7', 'text/plain;charset=UTF-8'])
      expect(sent?.get('idempotency-key')).toBeTypeOf('string')
    }
  })

  it('joins the headers of a Request', async () => {
    const { api, clock, fetch } = client([answers(200)], { idempotencyKey: 'auto' })

    await ended(clock, api(new Request(ORIGIN, { ...post, headers: { 'x-tank': '7' } })))

    const sent = fetch.sent[0]?.request.headers
    expect(sent?.get('x-tank')).toBe('7')
    expect(sent?.get('idempotency-key')).toBeTypeOf('string')
  })

  it('does not write on the headers of the caller', async () => {
    const headers = new Headers({ 'x-tank': '7' })

    await keysOf({ idempotencyKey: 'auto' }, { ...post, headers })

    expect([...headers]).toEqual([['x-tank', '7']])
  })
})

describe('isIdempotent', () => {
  it('says what may be repeated, in place of the method', async () => {
    const options = { isIdempotent: ({ url }: { readonly url: URL }) => url.pathname === '/search' }

    expect(await keysOf(options, post, `${ORIGIN}/search?q=kelp`)).toHaveLength(3)
    expect(await keysOf(options, { method: 'GET' }, `${ORIGIN}/counter`)).toHaveLength(1)
  })

  it('is told the URL, the method in upper case, and the headers', async () => {
    const told: unknown[] = []
    const { api, clock } = client([answers(503)], {
      isIdempotent: ({ url, method, headers }) => {
        told.push([url.href, method, (headers as Headers).get('x-tank')])
        return false
      },
    })

    await ended(clock, api(new URL(`${ORIGIN}/kelp`), { method: 'post', headers: { 'x-tank': '7' } }))

    expect(told).toEqual([[`${ORIGIN}/kelp`, 'POST', '7']])
  })

  it('is not asked about what no server has processed', async () => {
    const asked: unknown[] = []
    const { api, clock } = client([answers(429), answers(200)], { isIdempotent: facts => asked.push(facts) > 0 })

    const response = await ended(clock, api(ORIGIN, post))

    expect([response.status, asked]).toEqual([200, []])
  })

  it('is not needed where a key was added here', async () => {
    expect(await keysOf({ idempotencyKey: 'auto', isIdempotent: () => false }, post)).toHaveLength(3)
  })

  it('must decide at once: with a promise, which would always be true, no POST is repeated', async () => {
    const { api, clock, fetch } = client([fails(reset()), answers(200)], { isIdempotent: (async () => false) as never })

    const error = await rejectionOf(ended(clock, api(ORIGIN, { method: 'POST' })))

    expect(error).toEqual(new TypeError('fetch: isIdempotent must decide at once, got a promise'))
    expect(fetch.sent).toHaveLength(1)
  })

  it('that throws ends the call with what it threw', async () => {
    const fault = new Error('fault of isIdempotent')
    const { api, clock } = client([answers(503)], {
      isIdempotent: () => {
        throw fault
      },
    })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toBe(fault)
  })
})
