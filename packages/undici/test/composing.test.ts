import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { faultServer, ok, redirect, resetBeforeHeaders, status } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resilient } from '@holdfast/undici'
import type { Dispatcher } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Undici, undicis } from './undicis.ts'

const noWait = { random: () => 0 }

function agentWith({ Agent }: Undici, ...interceptors: Dispatcher.DispatcherComposeInterceptor[]): Dispatcher {
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  return agent.compose(interceptors)
}

describe.each(undicis)('with the interceptors of $version', ({ undici }) => {
  const { interceptors } = undici

  it('each hop of a redirect has its own attempts', async () => {
    await using server = await faultServer()
    const dispatcher = agentWith(undici, resilient(noWait), interceptors.redirect({ maxRedirections: 3 }))
    server.script('/old', [status(503), redirect('/new')])
    server.script('/new', [resetBeforeHeaders(), ok('kelp')])

    const { body, context } = await undici.request(`${server.url}/old`, { dispatcher })

    expect(await body.text()).toBe('kelp')
    expect(String((context as { history: URL[] }).history)).toContain('/old')
    expect(server.requests.map(({ path }) => path)).toEqual(['/old', '/old', '/new', '/new'])
  })

  it('a redirect further in starts anew with each attempt', async () => {
    await using server = await faultServer()
    const dispatcher = agentWith(undici, interceptors.redirect({ maxRedirections: 3 }), resilient(noWait))
    server.script('/old', [redirect('/new')])
    server.script('/new', [status(503), ok('kelp')])

    const { body, context } = await undici.request(`${server.url}/old`, { dispatcher })

    expect(await body.text()).toBe('kelp')
    expect(String((context as { history: URL[] }).history)).toContain('/old')
    expect(server.requests.map(({ path }) => path)).toEqual(['/old', '/new', '/old', '/new'])
  })

  it('a status becomes an error after the last attempt', async () => {
    await using server = await faultServer()
    const dispatcher = agentWith(undici, resilient(noWait), interceptors.responseError())
    server.script('/kelp', [status(503, { 'content-type': 'text/plain' }, 'down')])

    const error = await rejectionOf(undici.request(`${server.url}/kelp`, { dispatcher }))

    expect(error).toMatchObject({ statusCode: 503, body: 'down' })
    expect(server.requests).toHaveLength(3)
  })

  it('each attempt may go to another address, and the breaker goes by the name', async () => {
    await using server = await faultServer()
    const addresses = ['127.0.0.1', '127.0.0.2'].map(address => ({ address, family: 4, ttl: 60_000 }))
    const lookup = (_: URL, __: object, callback: (error: null, addresses: object[]) => void): void =>
      callback(null, addresses)
    const interceptor = resilient(noWait)
    const dns = interceptors.dns({ lookup: lookup as never, dualStack: false, affinity: 4 })
    const dispatcher = agentWith(undici, dns, interceptor)
    const { port } = new URL(server.url)
    server.script('/kelp', [ok('kelp')])

    // One of them is nobody's.
    const replies = [
      await undici.request(`http://kelp.example:${port}/kelp`, { dispatcher }),
      await undici.request(`http://kelp.example:${port}/kelp`, { dispatcher }),
    ]

    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200])
    expect(interceptor.breakerOf(`http://kelp.example:${port}`)?.state).toBe('closed')
  })

  it.each(['inside', 'outside'])('a body that is decompressed %s arrives whole', async where => {
    await using server = await faultServer()
    const decompress = interceptors.decompress({ skipErrorResponses: false })
    const order = where === 'inside' ? [decompress, resilient(noWait)] : [resilient(noWait), decompress]
    const dispatcher = agentWith(undici, ...order)
    const packed = { 'content-encoding': 'gzip' }
    server.script('/kelp', [status(503, packed, gzipSync('no')), status(200, packed, gzipSync('kelp'.repeat(10_000)))])

    const { body } = await undici.request(`${server.url}/kelp`, { dispatcher })

    expect(await body.text()).toBe('kelp'.repeat(10_000))
  })

  it('what is in a cache needs no attempt', async () => {
    await using server = await faultServer()
    const dispatcher = agentWith(undici, resilient(noWait), interceptors.cache())
    const lasting = { 'cache-control': 'public, max-age=60' }
    server.script('/kelp', [status(503), ok('kelp', lasting)])

    const first = await undici.request(`${server.url}/kelp`, { dispatcher })
    await first.body.text()
    const second = await undici.request(`${server.url}/kelp`, { dispatcher })

    expect(await second.body.text()).toBe('kelp')
    expect(server.requests).toHaveLength(2)
  })

  it('a mock that fails counts as a request that was never sent', async () => {
    const mock = new undici.MockAgent()
    onTestFinished(() => mock.close())
    mock.disableNetConnect()
    const pool = mock.get('http://kelp.example')
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    pool.intercept({ path: '/', method: 'POST' }).replyWithError(reset)
    pool.intercept({ path: '/', method: 'POST' }).reply(200, 'kelp')
    const dispatcher = mock.compose(resilient(noWait))

    const { body } = await undici.request('http://kelp.example', { dispatcher, method: 'POST' })

    expect(await body.text()).toBe('kelp')
  })

  it('attempts can be mocked', async () => {
    const mock = new undici.MockAgent()
    onTestFinished(() => mock.close())
    mock.disableNetConnect()
    const pool = mock.get('http://kelp.example')
    pool.intercept({ path: '/' }).reply(503, 'no')
    pool.intercept({ path: '/' }).reply(200, 'kelp')
    const dispatcher = mock.compose(resilient(noWait))

    const { body } = await undici.request('http://kelp.example', { dispatcher })

    expect(await body.text()).toBe('kelp')
  })
})

describe.each(undicis)('with $version', ({ undici }) => {
  it.each(['Client', 'Pool'] as const)('a %s for one origin has its attempts', async kind => {
    await using server = await faultServer()
    const bound = new undici[kind](server.url)
    onTestFinished(() => bound.destroy())
    const dispatcher = bound.compose(resilient(noWait))
    server.script('/kelp', [status(503), ok('kelp')])

    const { body } = await dispatcher.request({ path: '/kelp', method: 'GET' })

    expect(await body.text()).toBe('kelp')
  })

  it('a stream has its attempts', async () => {
    await using server = await faultServer()
    const dispatcher = agentWith(undici, resilient(noWait))
    const target = new PassThrough()
    server.script('/kelp', [status(503), ok('kelp')])

    await dispatcher.stream({ origin: server.url, path: '/kelp', method: 'GET' }, () => target)

    expect(await text(target)).toBe('kelp')
  })
})
