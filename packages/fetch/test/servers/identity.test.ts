import { faultServer, ok, redirect } from '@holdfast/fault-server'
import { type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import { type Fetch, platforms } from './platforms.ts'

/** A resilient fetch, and the responses that the platform gave to it. */
function overheard(fetch: Fetch, change: (response: Response) => Response = response => response) {
  const given: Response[] = []
  const overhear: Fetch = async (input, init) => {
    const response = change(await fetch(input, init))
    given.push(response)
    return response
  }
  return { api: resilientFetch({ fetch: overhear }), given }
}

describe.each(platforms)('the response of a resilient fetch by way of $platform', ({ fetch, FormData }) => {
  it('is the very object that the platform made, with nothing written on it', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const { api, given } = overheard(fetch)
    const bare = await fetch(`${server.url}/kelp`)

    const response = await api(`${server.url}/kelp`)

    expect(response).toBe(given[0])
    expect(response).toBeInstanceOf(bare.constructor)
    expect(Reflect.ownKeys(response)).toEqual(Reflect.ownKeys(bare))
    expect(Object.prototype.toString.call(response)).toBe('[object Response]')
  })

  it('leaves the responses of others alone', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const bare = await fetch(`${server.url}/kelp`)
    const before = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(bare))

    await (await overheard(fetch).api(`${server.url}/kelp`)).text()

    expect(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(bare))).toEqual(before)
    expect(await bare.text()).toBe('kelp')
  })

  it('knows where redirects have led', async () => {
    await using server = await faultServer()
    server.script('/first', [redirect('/second')])
    server.script('/second', [redirect('/kelp', 307)])
    server.script('/kelp', [ok('kelp', { 'set-cookie': 'depth=12' })])

    const response = await resilientFetch({ fetch })(`${server.url}/first`)

    expect(response).toMatchObject({ url: `${server.url}/kelp`, redirected: true, type: 'basic', status: 200 })
    expect(response.headers.getSetCookie()).toEqual(['depth=12'])
    expect(response.clone()).toMatchObject({ url: `${server.url}/kelp`, redirected: true, type: 'basic' })
  })

  it('is taken by what takes responses, and responses as what describes them', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp', { 'content-type': 'text/plain' })])
    const api = resilientFetch({ fetch })

    const response = await api(`${server.url}/kelp`)
    const another = new Response(response.body, response)

    expect(another.headers.get('content-type')).toBe('text/plain')
    expect(await another.text()).toBe('kelp')
    expect(response.bodyUsed).toBe(true)
  })

  it('makes forms of the class of its platform, which is the one that takes them as bodies', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp=giant', { 'content-type': 'application/x-www-form-urlencoded' })])

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`)

    expect(await response.formData()).toBeInstanceOf(FormData)
  })

  it('can be read by the own methods of the platform', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const bare = await fetch(`${server.url}/kelp`)

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`)

    const { text } = Object.getPrototypeOf(bare) as Response
    expect(await text.call(response)).toBe('kelp')
  })

  it('stays as it is when it is frozen', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const { api, given } = overheard(fetch, Object.freeze)

    const response = await api(`${server.url}/kelp`)

    expect(response).toBe(given[0])
    expect(await response.clone().text()).toBe('kelp')
    expect(await chunksOf(response.body)).toEqual(['kelp'])
  })

  it('may be shown through a proxy that hands its members out bound', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const bound: ProxyHandler<Response> = {
      get(response, key) {
        const member: unknown = Reflect.get(response, key)
        return typeof member === 'function' ? (member.bind(response) as unknown) : member
      },
    }
    const { api } = overheard(fetch, response => new Proxy(response, bound))

    const response = await api(`${server.url}/kelp`)

    expect(await response.clone().text()).toBe('kelp')
    expect(await chunksOf(response.body)).toEqual(['kelp'])
  })

  it.each<[string, (response: Response) => unknown]>([
    ['text', response => response.text()],
    ['a stream', ({ body }) => chunksOf(body).then(chunks => chunks.join(''))],
    ['a copy', response => response.clone().text()],
    [
      'itself after a copy',
      response => {
        response.clone()
        return response.text()
      },
    ],
    ['a copy of a copy', response => response.clone().clone().text()],
  ])('may come through several resilient fetches: %s', async (_, read) => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const nested = (options: ResilientFetchOptions) => resilientFetch(options) as Fetch
    const api = nested({ fetch: nested({ fetch: nested({ fetch }) }) })

    const response = await api(`${server.url}/kelp`)

    expect(await read(response)).toBe('kelp')
  })
})
