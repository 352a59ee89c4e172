import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker } from '@holdfast/circuit-breaker'
import { RateLimitedError } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { callOf, endAborted, ShutdownError } from '@holdfast/lifecycle'
import { virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { client, type Exchange, get, openServer, reasonOf, textOf } from './open-server.ts'

/** A request over a connection that its client would keep, ended with `error`; and what came of it. */
async function ended(error: unknown, prepare: (exchange: Exchange) => void = () => {}) {
  const server = await openServer()
  const socket = await client(server.port, get('/', 'connection: close'))
  const exchange = await server.next()
  prepare(exchange)
  const told = textOf(socket)
  const isEnded = endAborted(error, exchange.request, exchange.response)
  if (!isEnded) exchange.response.end('not ended')
  return { isEnded, text: await told }
}

const cancelledBy = (cause: unknown) => new Error('query failed', { cause })

describe('endAborted', () => {
  it('sends nothing to a client that has gone, and leaves its status to logs', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response)
    socket.destroy()
    const reason = await reasonOf(signal)

    const isEnded = endAborted(reason, request, response)

    expect([isEnded, response.statusCode, response.headersSent, response.destroyed]).toEqual([true, 499, false, true])
  })

  it('takes a stream that broke for the end, where the client has gone', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const source = new PassThrough()
    const streaming = rejectionOf(pipeline(source, response))
    source.write('half of it')
    await once(socket, 'data')
    socket.destroy()
    const error = await streaming

    expect(error).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    expect(endAborted(error, request, response)).toBe(true)
  })

  it('leaves a connection to another that broke to the service, while the client is there', async () => {
    const { isEnded } = await ended(Object.assign(new Error('read'), { code: 'ECONNRESET' }))

    expect(isEnded).toBe(false)
  })

  it('answers 504 when the deadline of the client has passed', async () => {
    const server = await openServer()
    const clock = virtualClock()
    const socket = await client(server.port, get('/', 'connection: close', 'holdfast-deadline-ms: 50'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response, { deadlineHeader: true, clock })
    await clock.advance(50)
    const told = textOf(socket)

    const isEnded = endAborted(signal.reason, request, response)

    expect(isEnded).toBe(true)
    expect(await told).toMatch(/^HTTP\/1.1 504 Gateway Timeout\r\n(?!.*retry-after)[\s\S]*\r\n\r\nGateway Timeout$/i)
  })

  it('answers 503 with Retry-After, and ends the connection, when the process shuts down', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const told = textOf(socket)

    const isEnded = endAborted(new ShutdownError('shop', 'SIGTERM'), request, response)

    const text = await told
    expect(isEnded).toBe(true)
    expect(text).toMatch(/^HTTP\/1.1 503 /)
    expect(text).toMatch(/\r\nretry-after: 1\r\n/i)
    expect(text).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('answers 503 when the lifecycle aborted the call with a reason of its own', async () => {
    const life = new AbortController()
    const reason = new Error('over')

    const { isEnded, text } = await ended(cancelledBy(reason), ({ request, response }) => {
      callOf(request, response, { lifecycle: life }).signal.throwIfAborted()
      life.abort(reason)
    })

    expect(isEnded).toBe(true)
    expect(text).toMatch(/^HTTP\/1.1 503 /)
  })

  it('finds the reason among the causes of the error', async () => {
    const { isEnded } = await ended(cancelledBy(cancelledBy(new ShutdownError('shop', 'SIGTERM'))))

    expect(isEnded).toBe(true)
  })

  it('takes an AbortError for the reason, once the call has been aborted', async () => {
    const life = new AbortController()
    const error = new DOMException('This operation was aborted', 'AbortError')

    const aborted = await ended(error, ({ request, response }) => {
      callOf(request, response, { lifecycle: life }).signal.throwIfAborted()
      life.abort(new ShutdownError('shop', 'SIGTERM'))
    })
    const another = await ended(error, ({ request, response }) => {
      callOf(request, response).signal.throwIfAborted()
    })

    expect([aborted.isEnded, another.isEnded]).toEqual([true, false])
  })

  it('answers 503 and when to come back where a circuit is open', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ openMs: 4_200, clock, random: () => 1 })
    for (let call = 0; call < 5; call++) await rejectionOf(breaker.run(() => Promise.reject(new Error('down'))))

    const { isEnded, text } = await ended(await rejectionOf(breaker.run(() => 'up')))

    expect(isEnded).toBe(true)
    expect(text).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/)
    expect(text).toMatch(/\r\nretry-after: 5\r\n/i)
    expect(text).toMatch(/\r\ncache-control: no-store\r\n/i)
  })

  it('does not say when to come back where a circuit is isolated', async () => {
    const breaker = circuitBreaker()
    breaker.isolate({ reason: 'maintenance' })

    const { text } = await ended(await rejectionOf(breaker.run(() => 'up')))

    expect(text).toMatch(/^HTTP\/1.1 503 /)
    expect(text).not.toMatch(/retry-after/i)
  })

  it('answers 503 where a bulkhead is full, or a rate limited', async () => {
    const full = bulkhead({ maxConcurrent: 1 })
    full.tryAcquire()

    const answers = [
      await ended(await rejectionOf(full.run(() => 'up'))),
      await ended(new RateLimitedError('search', 12_000)),
    ]

    expect(answers.map(({ text }) => /retry-after: \d+/i.exec(text)?.[0].toLowerCase())).toEqual([
      'retry-after: 1',
      'retry-after: 12',
    ])
  })

  it('tells nothing of the answer that was meant', async () => {
    const { text } = await ended(new ShutdownError('shop', 'SIGTERM'), ({ response }) => {
      response.setHeader('content-encoding', 'gzip')
      response.setHeader('content-length', 1_000)
      response.setHeader('etag', '"kelp"')
      response.setHeader('access-control-allow-origin', '*')
    })

    expect(text).not.toMatch(/gzip|1000|kelp/)
    expect(text).toMatch(/access-control-allow-origin: \*/i)
  })

  it('cuts an answer that has begun, so that nobody takes it for the whole', async () => {
    const { isEnded, text } = await ended(new ShutdownError('shop', 'SIGTERM'), ({ response }) => {
      response.write('half of it')
    })

    expect(isEnded).toBe(true)
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/)
  })

  it('leaves an answer that is complete as it is', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/', 'connection: close'))
    const { request, response } = await server.next()
    const told = textOf(socket)
    response.end('kelp')

    endAborted(new ShutdownError('shop', 'SIGTERM'), request, response)

    expect(await told).toMatch(/^HTTP\/1.1 200 OK[\s\S]*kelp$/)
  })

  it.each([
    ['an error of the service', async () => new Error('bug')],
    ['the limit of a policy', () => rejectionOf(timeout({ timeoutMs: 1 }).run(() => new Promise(() => {})))],
    ['nothing', async () => undefined],
    ['a string', async () => 'AbortError'],
  ])('leaves %s to the service', async (_, failing) => {
    const { isEnded, text } = await ended(await failing())

    expect(isEnded).toBe(false)
    expect(text).toMatch(/not ended$/)
  })

  it("leaves another request's client that has gone to the service", async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/other'))
    const other = await server.next()
    const { signal } = callOf(other.request, other.response)
    socket.destroy()

    const { isEnded } = await ended(await reasonOf(signal))

    expect(isEnded).toBe(false)
  })

  it('keeps the connection where the rest of the body is short, and closes it where it is long', async () => {
    const server = await openServer()
    const answers: string[] = []
    for (const length of [1_000, 1_000_000]) {
      const socket = await client(server.port, `POST / HTTP/1.1\r\nhost: kelp\r\ncontent-length: ${length}\r\n\r\n`)
      const { request, response } = await server.next()
      endAborted(new RateLimitedError('search', 1_000), request, response)
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      answers.push(String(chunk))
    }

    expect(answers.map(text => /^connection: (.*)$/im.exec(text)?.[1]?.trim())).toEqual(['keep-alive', 'close'])
  })
})
