import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { type Admission, admission, ClientGoneError, callOf, endAborted, ShutdownError } from '@holdfast/lifecycle'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually, listening, reasonOf } from './open-server.ts'

interface Exchange {
  readonly request: Http2ServerRequest
  readonly response: Http2ServerResponse
}

/** A session of HTTP/2 with a server that leaves its requests to the test. */
async function session(gate?: Admission) {
  const inside: Exchange[] = []
  const arrive = (request: Http2ServerRequest, response: Http2ServerResponse): void =>
    void inside.push({ request, response })
  const server = createServer(gate ? gate.handle(arrive) : arrive)
  const open: ClientHttp2Session = connect(`http://127.0.0.1:${await listening(server)}`)
  onTestFinished(() => open.destroy())
  const begin = async (): Promise<readonly [ClientHttp2Stream, Exchange]> => {
    const stream = open.request({ ':path': '/' })
    stream.on('error', () => {})
    const count = inside.length
    await eventually(() => expect(inside.length).toBe(count + 1))
    return [stream, inside[count] as Exchange]
  }
  return { open, begin }
}

async function statusOf(stream: ClientHttp2Stream): Promise<unknown> {
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  return headers[':status']
}

describe('over HTTP/2', () => {
  it('a client that resets its stream aborts the call', async () => {
    const { begin } = await session()
    const [stream, { request, response }] = await begin()
    const { signal } = callOf(request, response)

    stream.close(constants.NGHTTP2_CANCEL)

    expect(await reasonOf(signal)).toBeInstanceOf(ClientGoneError)
    expect(endAborted(signal.reason, request, response)).toBe(true)
  })

  it('a session that breaks aborts all of its calls', async () => {
    const { begin, open } = await session()
    const signals: AbortSignal[] = []
    for (let request = 0; request < 3; request++) {
      const [, exchange] = await begin()
      signals.push(callOf(exchange.request, exchange.response).signal)
    }

    open.destroy()

    for (const signal of signals) expect(await reasonOf(signal)).toBeInstanceOf(ClientGoneError)
  })

  it('a complete answer aborts nothing', async () => {
    const { begin } = await session()
    const [stream, { request, response }] = await begin()
    const { signal } = callOf(request, response)

    response.end('kelp')
    stream.resume()
    await once(stream, 'close')
    await eventually(() => expect(response.stream.destroyed).toBe(true))

    expect(signal.aborted).toBe(false)
  })

  it('a shutdown is answered with 503, without a header that HTTP/2 has not', async () => {
    const { begin } = await session()
    const [stream, { request, response }] = await begin()

    endAborted(new ShutdownError('shop', 'SIGTERM'), request, response)

    expect(await statusOf(stream)).toBe(503)
  })

  it('an answer that has begun is reset', async () => {
    const { begin } = await session()
    const [stream, { request, response }] = await begin()
    response.write('half of it')
    await statusOf(stream)

    endAborted(new ShutdownError('shop', 'SIGTERM'), request, response)
    stream.resume()
    await eventually(() => expect(stream.closed).toBe(true))

    expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR)
  })

  it('admission refuses what it has no room for, and gets slots back of streams that end or are reset', async () => {
    const gate = admission({ maxConcurrent: 1 })
    const { begin, open } = await session(gate)
    const [first] = await begin()
    const refused = await statusOf(open.request({ ':path': '/' }))

    first.close(constants.NGHTTP2_CANCEL)
    await eventually(() => expect(gate.bulkhead.active).toBe(0))
    const [, { response }] = await begin()
    response.end('kelp')

    expect(refused).toBe(503)
    await eventually(() => expect(gate.bulkhead.active).toBe(0))
  })
})
