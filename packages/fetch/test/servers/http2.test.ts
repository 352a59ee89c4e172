import { constants } from 'node:http2'
import {
  faultServer,
  goawayAfter,
  goawayBefore,
  hangBeforeHeaders,
  hangMidBody,
  ok,
  type Protocol,
  refusedStream,
  resetConnection,
  resetStream,
  sha256,
  status,
} from '@holdfast/fault-server'
import { type ResilientFetch, type ResilientFetchOptions, resilientFetch, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { Agent, fetch } from 'undici'
import { describe, expect, it } from 'vitest'
import type { Fetch } from './platforms.ts'

/** A server of HTTP/2 and a client that speaks it: Node's own fetch does not. */
async function withHttp2(options: ResilientFetchOptions = {}) {
  const server = await faultServer({ protocol: 'h2' satisfies Protocol })
  const dispatcher = new Agent({ allowH2: true, connect: { ca: server.certificate as string } })
  const speaking = (input: never, init: object) => fetch(input, { ...init, dispatcher })
  const api: ResilientFetch = resilientFetch({ fetch: speaking as unknown as Fetch, random: () => 0, ...options })
  return {
    api,
    server,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      await server.close()
    },
  }
}

const post = { method: 'POST', body: 'kelp' }
const stream = () => ({ method: 'POST', body: new Blob(['kelp']).stream() })

describe('a resilient fetch over HTTP/2', () => {
  it('speaks it', async () => {
    await using given = await withHttp2()
    const { api, server } = given
    server.script('/kelp', [status(503), ok('kelp')])

    const response = await api(`${server.url}/kelp`)

    expect(await response.text()).toBe('kelp')
    expect(server.requests.map(({ httpVersion }) => httpVersion)).toEqual(['2.0', '2.0'])
    expect(server.connections.accepted).toBe(1)
  })

  it.each([
    ['REFUSED_STREAM', refusedStream],
    ['GOAWAY', goawayBefore],
  ])('undici#3140: repeats a POST that a server has never processed, and says so by %s', async (_, refusal) => {
    await using given = await withHttp2()
    const { api, server } = given
    // The first repetition is undici's own.
    server.script('/kelp', [refusal(), refusal(), ok('kelp')])

    const response = await api(`${server.url}/kelp`, post)

    expect(await response.text()).toBe('kelp')
    expect(server.requests.map(({ body }) => body.sha256)).toEqual(Array.from({ length: 3 }, () => sha256('kelp')))
  })

  it.each([
    ['REFUSED_STREAM', refusedStream],
    ['GOAWAY', goawayBefore],
  ])('does not repeat a body that has been sent and is gone, after %s', async (_, refusal) => {
    await using given = await withHttp2()
    const { api, server } = given
    server.script('/kelp', [refusal(), ok('kelp')])

    const error = await rejectionOf(api(`${server.url}/kelp`, stream()))

    expect(retryInfo(error)).toMatchObject({ attempts: 1, stopped: 'body' })
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['GOAWAY that covers it', () => goawayAfter()],
    ['a reset of its stream', () => resetStream(constants.NGHTTP2_INTERNAL_ERROR)],
    ['a cancelled stream', () => resetStream(constants.NGHTTP2_CANCEL)],
    ['a reset of the connection', resetConnection],
  ])('undici#3140: repeats a GET, and no POST, after %s', async (_, fault) => {
    await using given = await withHttp2()
    const { api, server } = given
    server.script('/get', [fault(), ok('kelp')])
    server.script('/post', [fault(), ok('kelp')])

    const response = await api(`${server.url}/get`)
    const error = await rejectionOf(api(`${server.url}/post`, post))

    expect(await response.text()).toBe('kelp')
    expect(error).toMatchObject({ message: 'fetch failed' })
    expect([server.requestsTo('/get').length, server.requestsTo('/post').length]).toEqual([2, 1])
  })

  it('undici#3140: is not held up by what a connection that is going away still answers', async () => {
    await using given = await withHttp2()
    const { api, server } = given
    server.script('/kelp', [goawayAfter(ok('first')), ok('second')])

    const texts = [await (await api(`${server.url}/kelp`)).text(), await (await api(`${server.url}/kelp`)).text()]

    expect(texts).toEqual(['first', 'second'])
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2])
  })

  it('undici#5087: knows silence for what it is, and asks again', async () => {
    const clock = virtualClock()
    await using given = await withHttp2({ clock })
    const { api, server } = given
    server.script('/kelp', [hangBeforeHeaders(), ok('kelp')])

    const answer = api(`${server.url}/kelp`)
    const first = await server.arrived('/kelp')
    await clock.advance(8_001)
    const response = await answer

    expect(await response.text()).toBe('kelp')
    // Its stream has been closed.
    await first.answered
    expect(retryInfo(response)?.errors).toMatchObject([{ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'attempt' }])
  })

  it('undici#5137: ends a body that falls silent, and no other stream of the connection', async () => {
    const clock = virtualClock()
    await using given = await withHttp2({ clock })
    const { api, server } = given
    server.script('/silent', [hangMidBody(10)])
    server.script('/kelp', [ok('kelp')])

    const rejection = rejectionOf((await api(`${server.url}/silent`)).text())
    await clock.advance(30_000)
    const text = await (await api(`${server.url}/kelp`)).text()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'body' })
    // Its stream has been closed.
    await server.requestsTo('/silent')[0]?.answered
    expect(text).toBe('kelp')
    expect(server.connections.accepted).toBe(1)
  })
})
