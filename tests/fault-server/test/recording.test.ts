import { once } from 'node:events'
import { request } from 'node:http'
import {
  afterReading,
  faultServer,
  hangBeforeHeaders,
  largeBody,
  ok,
  type Protocol,
  patternOf,
  resetBeforeHeaders,
  sha256,
  status,
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

describe('arrived', () => {
  it('resolves with the n-th request to a path, before and after it came', async () => {
    await using server = await faultServer()
    server.otherwise(() => ok())

    const second = server.arrived('/a', 2)
    for (const path of ['/a', '/b', '/a']) await fetch(`${server.url}${path}`)

    expect(await second).toBe(server.requests[2])
    expect(await server.arrived('/a', 2)).toBe(server.requests[2])
    expect(await server.arrived('/a')).toBe(server.requests[0])
  })
})

describe('connections', () => {
  it('counts those that were accepted and those that are open', async () => {
    await using server = await faultServer()
    server.otherwise(() => ok('hello'))

    const first = await wireTo(server)
    first.send(requestBytes('GET /'))
    await first.until('hello')
    const second = await wireTo(server)
    second.send(requestBytes('GET /'))
    await second.until('hello')
    const whileOpen = [server.connections.accepted, server.connections.open]
    first.leave()
    second.leave()
    await server.connections.allClosed()

    expect(whileOpen).toEqual([2, 2])
    expect([server.connections.accepted, server.connections.open]).toEqual([2, 0])
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2])
  })

  it('are all destroyed when the server closes', async () => {
    const server = await faultServer()
    server.script('/', [hangBeforeHeaders()])
    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    const recorded = await server.arrived('/')

    await server.close()
    await server.close()

    expect(await wire.ended).toBe('FIN')
    expect(await recorded.answered).toBe('cut')
    expect(server.connections.open).toBe(0)
    await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    wire.leave()
  })
})

describe('afterReading', () => {
  it('answers although nothing of the body was read', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(0, status(413))])

    const wire = await wireTo(server)
    wire.send(requestBytes('POST /', 'content-length: 10'))
    await wire.until('413 Payload Too Large')

    expect(server.requests[0]).toMatchObject({
      step: 'afterReading(0, status(413))',
      body: { state: 'unread', bytes: 0 },
    })
    wire.leave()
  })

  it('acts as soon as so many bytes were read', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(4, resetBeforeHeaders())])

    const wire = await wireTo(server)
    wire.send(`${requestBytes('POST /', 'content-length: 10')}123`)
    const recorded = await server.arrived('/')
    wire.send('4')

    expect(await wire.ended).toBe('RST')
    expect(recorded.body).toMatchObject({ state: 'unread', bytes: 4, sha256: sha256('1234') })
    wire.leave()
  })

  it('leaves the rest of the body with the client', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(100_000, hangBeforeHeaders())])

    const upload = request(server.url, { method: 'POST', headers: { 'content-length': 50_000_000 } })
    upload.on('error', () => {})
    // More than the buffers between the two can hold.
    for (const chunk of patternOf(50_000_000)) upload.write(chunk)
    const recorded = await server.arrived('/')
    await recorded.bodyEnded
    // What is sent later and is read arrives before the rest.
    server.script('/read', [ok()])
    await fetch(`${server.url}/read`, { method: 'POST', body: new Blob([...patternOf(50_000_000)]) })

    expect(upload.writableNeedDrain).toBe(true)
    upload.destroy()
  })
})

describe('Expect: 100-continue', () => {
  it('is answered when the body is to be read', async () => {
    await using server = await faultServer()
    server.script('/', [ok('thanks')])

    const wire = await wireTo(server)
    wire.send(requestBytes('POST /', 'content-length: 4', 'expect: 100-continue'))
    await wire.until('HTTP/1.1 100 Continue\r\n\r\n')
    wire.send('four')
    await wire.until('thanks')

    expect(wire.received).toContain('Connection: keep-alive')
    expect(server.requests[0]?.body).toMatchObject({ state: 'complete', bytes: 4 })
    wire.leave()
  })

  it('is not answered when the body is not to be read', async () => {
    await using server = await faultServer()
    server.script('/', [afterReading(0, status(417))])

    const wire = await wireTo(server)
    wire.send(requestBytes('POST /', 'content-length: 4', 'expect: 100-continue'))
    await wire.until('417')

    expect(wire.received).toMatch(/^HTTP\/1.1 417 /)
    wire.leave()
  })

  it.each(http2)('is answered over %s, too', async protocol => {
    await using server = await faultServer({ protocol })
    server.script('/', [ok('thanks')])
    using session = sessionTo(server)

    const stream = session.session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
    await once(stream, 'continue')
    stream.end('four')
    await once(stream, 'response')

    expect(server.requests[0]?.body).toMatchObject({ state: 'complete', bytes: 4 })
  })
})
