import {
  faultServer,
  hangBeforeHeaders,
  largeBody,
  ok,
  type Protocol,
  patternOf,
  sha256,
  step,
} from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { requestBytes, wireTo } from './wire.ts'

const http2: readonly Protocol[] = ['h2', 'h2c']

describe('recording', () => {
  it('keeps what a request said', async () => {
    await using server = await faultServer()
    server.script('/orders', [ok()])

    await fetch(`${server.url}/orders?page=2`, { method: 'PUT', headers: { 'X-Id': '7' }, body: 'four' })
    const [recorded] = server.requests

    expect(recorded).toMatchObject({
      method: 'PUT',
      url: '/orders?page=2',
      path: '/orders',
      headers: { 'x-id': '7', host: new URL(server.url).host },
      httpVersion: '1.1',
      attempt: 1,
      connection: 1,
      step: 'ok',
      body: { state: 'complete', bytes: 4, sha256: sha256('four') },
    })
    expect(await recorded?.bodyEnded).toBe('complete')
    expect(await recorded?.answered).toBe('sent')
  })

  it.each(http2)('keeps the same over %s', async protocol => {
    await using server = await faultServer({ protocol })
    server.script('/orders', [ok()])
    using session = sessionTo(server)

    await session.ask({ ':method': 'PUT', ':path': '/orders?page=2', 'x-id': '7' }, 'four')
    const [recorded] = server.requests

    expect(recorded?.headers).toEqual({ 'x-id': '7' })
    expect(recorded).toMatchObject({
      method: 'PUT',
      url: '/orders?page=2',
      path: '/orders',
      httpVersion: '2.0',
      attempt: 1,
      connection: 1,
      remotePort: session.session.socket.localPort,
      step: 'ok',
      body: { state: 'complete', bytes: 4, sha256: sha256('four') },
    })
    expect(await recorded?.answered).toBe('sent')
  })

  it('hashes a large body as it comes', async () => {
    await using server = await faultServer()
    server.script('/', [ok()])

    await fetch(server.url, { method: 'POST', body: new Blob([...patternOf(3_000_000)]) })

    expect(server.requests[0]?.body).toMatchObject({ bytes: 3_000_000, sha256: sha256(patternOf(3_000_000)) })
  })

  it('counts the attempts on each path', async () => {
    await using server = await faultServer()
    server.otherwise(() => ok())

    for (const path of ['/a', '/b', '/a']) await fetch(`${server.url}${path}`)

    expect(server.requests.map(({ path, attempt }) => [path, attempt])).toEqual([
      ['/a', 1],
      ['/b', 1],
      ['/a', 2],
    ])
    expect(server.requestsTo('/a').map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  it('does not play a step for a body that breaks off', async () => {
    await using server = await faultServer()
    let isPlayed = false
    const notice = step('notice', () => {
      isPlayed = true
    })
    server.script('/', [notice])

    const wire = await wireTo(server)
    wire.send(`${requestBytes('POST /', 'content-length: 10')}four`)
    const recorded = await server.arrived('/')
    wire.leave()

    expect(await recorded.bodyEnded).toBe('aborted')
    expect(recorded.body).toMatchObject({ state: 'aborted', bytes: 4, sha256: sha256('four') })
    expect(await recorded.answered).toBe('cut')
    expect(isPlayed).toBe(false)
  })

  it('tells when the client leaves before the answer', async () => {
    await using server = await faultServer()
    server.script('/', [hangBeforeHeaders()])
    const controller = new AbortController()

    const answer = fetch(server.url, { signal: controller.signal })
    const recorded = await server.arrived('/')
    controller.abort(new Error('enough'))

    await expect(answer).rejects.toThrow('enough')
    expect(await recorded.answered).toBe('cut')
  })

  it('tells when the client leaves inside the answer', async () => {
    await using server = await faultServer()
    server.script('/', [largeBody(100_000_000)])

    const response = await fetch(server.url)
    await response.body?.cancel()

    expect(await server.requests[0]?.answered).toBe('cut')
  })
})
