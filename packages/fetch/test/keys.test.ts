import { resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { answers, times } from './scripted-fetch.ts'

const nothing = async (): Promise<Response> => new Response()

/** The keys that calls to these addresses go by. */
async function keysOf(...inputs: (string | URL | Request)[]): Promise<string[]> {
  const api = resilientFetch({ fetch: nothing })
  for (const input of inputs) await api(input)
  return [...(api.breakers?.entries() ?? [])].map(([key]) => key)
}

describe('the key of a request', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each([
    ['https://api.example/kelp?a=1#b', 'https://api.example'],
    ['https://api.example', 'https://api.example'],
    ['https://API.example:443/', 'https://api.example'],
    ['http://api.example:80?x=/y', 'http://api.example'],
    ['http://api.example:8080/', 'http://api.example:8080'],
    ['https://user:secret@api.example/', 'https://api.example'],
    ['https://user:a%2Fb@api.example/', 'https://api.example'],
    ['https://one.example\\@two.example/', 'https://one.example'],
    ['https:///api.example/kelp', 'https://api.example'],
    ['https:api.example/kelp', 'https://api.example'],
    [' https://api.example/ ', 'https://api.example'],
    ['http://[::1]:80/', 'http://[::1]'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example'],
    ['data:text/plain,kelp', 'data:'],
    ['data:text/plain,http://api.example/', 'data:'],
    ['blob:https://api.example/0b1f', 'https://api.example'],
    ['file:///etc/hosts', 'file:'],
  ])('is the origin of its URL: %s', async (address, key) => {
    expect(await keysOf(address)).toEqual([key])
  })

  it('is the same for all that has the same origin', async () => {
    const url = new URL('/kelp', ORIGIN)

    expect(await keysOf(`${ORIGIN}/a`, url, new Request(`${ORIGIN}/b`))).toEqual([ORIGIN])
  })

  it('is that of the URL, whatever the address', async () => {
    const part = fc.stringMatching(/^[a-z0-9@:/\\?#.%[\] -]{0,12}$/)
    const address = fc.tuple(fc.constantFrom('https://', 'http:', 'https:/', 'HTTP:///', 'x://', 'a:', ''), part)
    await fc.assert(
      fc.asyncProperty(address, async ([scheme, rest]) => {
        const text = `${scheme}${rest}`
        const url = URL.canParse(text) ? new URL(text) : undefined
        const expected = url?.origin === 'null' ? url.protocol : url?.origin

        const keys = await keysOf(text).catch(() => [undefined])

        expect(keys).toEqual([expected])
      }),
      { numRuns: 2_000 },
    )
  })

  it('is that of the page, where an address is relative to it', async () => {
    vi.stubGlobal('location', { href: 'https://page.example/shop/' })

    expect(await keysOf('kelp', '/kelp?to=https://api.example/', '//api.example/kelp')).toEqual([
      'https://page.example',
      'https://api.example',
    ])
  })

  it('is right for many more origins than are kept in mind', async () => {
    const origins = Array.from({ length: 2_500 }, (_, index) => `https://host${index % 1_200}.example`)

    expect(new Set(await keysOf(...origins.map(origin => `${origin}:443/`)))).toEqual(
      new Set(origins.slice(300, 1_300)),
    )
  })

  it('of what is no address is an error', async () => {
    const api = resilientFetch({ fetch: nothing })

    expect(await rejectionOf(api('kelp'))).toBeInstanceOf(TypeError)
    expect(await rejectionOf(api('https://'))).toBeInstanceOf(TypeError)
  })
})

describe('keyBy', () => {
  it('says by whose breaker a request goes', async () => {
    const { api, clock } = client(times(6, answers(500)), {
      retry: false,
      keyBy: ({ url, method }) => `${method} ${url.pathname}`,
    })

    for (let call = 0; call < 5; call++) await ended(clock, api(`${ORIGIN}/kelp`, { method: 'put' }))
    await ended(clock, api(`${ORIGIN}/wrack`, { method: 'put' }))

    expect([...(api.breakers?.entries() ?? [])].map(([key, { state }]) => [key, state])).toEqual([
      ['PUT /kelp', 'open'],
      ['PUT /wrack', 'closed'],
    ])
  })

  it('may go by headers', async () => {
    const { api, clock } = client([answers(200)], { keyBy: ({ headers }) => (headers as Headers).get('tenant') ?? '' })

    await ended(clock, api(ORIGIN, { headers: { Tenant: 'north' } }))

    expect(api.breakerOf('north')?.state).toBe('closed')
  })

  it('that throws rejects the call with what it threw', async () => {
    const fault = new Error('fault of keyBy')
    const { api } = client([], {
      keyBy: () => {
        throw fault
      },
    })

    expect(await rejectionOf(api(ORIGIN))).toBe(fault)
  })
})
