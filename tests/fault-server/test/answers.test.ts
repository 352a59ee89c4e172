import { once } from 'node:events'
import { get } from 'node:http'
import {
  claimsLength,
  endlessBody,
  faultServer,
  informational,
  largeBody,
  ok,
  patternOf,
  redirect,
  sha256,
  slowBody,
  status,
} from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { watched } from './watched.ts'
import { requestBytes, wireTo } from './wire.ts'

describe('status', () => {
  it('sends status, headers and body', async () => {
    await using server = await faultServer()
    server.script('/', [status(503, { 'retry-after': '1' }, 'busy')])

    const response = await fetch(server.url)

    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('content-length')).toBe('4')
    expect(await response.text()).toBe('busy')
  })

  it.each([204, 304])('%d tells of no length of a body', async code => {
    await using server = await faultServer()
    server.script('/', [status(code)])

    const response = await fetch(server.url)

    expect(response.status).toBe(code)
    expect(response.headers.has('content-length')).toBe(false)
  })

  it('sends no body for HEAD, and the connection stays', async () => {
    await using server = await faultServer()
    server.script('/', [ok('hello')])

    const wire = await wireTo(server)
    wire.send(requestBytes('HEAD /'))
    await wire.until('\r\n\r\n')
    const head = wire.received
    wire.send(requestBytes('GET /'))
    await wire.until('hello')

    expect(head).toContain('content-length: 5\r\n')
    expect(wire.received.slice(head.length)).toMatch(/^HTTP\/1.1 200 OK/)
    wire.leave()
  })
})

describe('redirect', () => {
  it('names the place to go', async () => {
    await using server = await faultServer()
    server.script('/from', [redirect('/to'), redirect('/to', 307)])
    server.script('/to', [ok('there')])

    const found = await fetch(`${server.url}/from`, { method: 'POST', body: 'order' })
    const temporary = await fetch(`${server.url}/from`, { method: 'POST', body: 'order' })

    expect([await found.text(), await temporary.text()]).toEqual(['there', 'there'])
    expect(server.requestsTo('/to').map(({ method }) => method)).toEqual(['GET', 'POST'])
  })
})

describe('informational', () => {
  it('goes before the answer of another step', async () => {
    await using server = await faultServer()
    server.script('/', [informational(103, { link: '</style.css>; rel=preload' }, ok('page'))])

    const request = get(server.url)
    const [hints] = (await once(request, 'information')) as [{ statusCode: number; headers: Record<string, string> }]
    const [response] = (await once(request, 'response')) as [{ statusCode: number; resume(): void }]
    response.resume()

    expect(hints.statusCode).toBe(103)
    expect(hints.headers['link']).toBe('</style.css>; rel=preload')
    expect(response.statusCode).toBe(200)
  })
})

describe('largeBody', () => {
  it('sends so many bytes of the pattern', async () => {
    await using server = await faultServer()
    server.script('/', [largeBody(1_000_003)])

    const response = await fetch(server.url)
    const body = await response.bytes()

    expect(response.headers.get('content-length')).toBe('1000003')
    expect(body).toHaveLength(1_000_003)
    expect([body[0], body[250], body[251], body[1_000_002]]).toEqual([0, 250, 0, 1_000_002 % 251])
    expect(sha256(body)).toBe(sha256(patternOf(1_000_003)))
  })
})

describe('endlessBody', () => {
  it('goes on until the client leaves', async () => {
    await using server = await faultServer()
    const { step, played } = watched(endlessBody(503))
    server.script('/', [step])

    const response = await fetch(server.url)
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > 10_000_000) break
    }
    await played

    expect(response.status).toBe(503)
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('holds no more than a chunk while the client does not read', async () => {
    await using server = await faultServer()
    const endless = watched(endlessBody())
    server.script('/', [endless.step])
    server.script('/other', [ok()])

    const response = await fetch(server.url)
    const held: number[] = []
    for (let turn = 0; turn < 100; turn++) {
      await (await fetch(`${server.url}/other`)).text()
      held.push(endless.exchange?.outgoing.writableLength ?? 0)
    }
    await response.body?.cancel()

    expect(Math.max(...held)).toBeLessThanOrEqual(64 * 1024)
    expect(held.at(-1)).toBeGreaterThan(0)
  })
})

describe('slowBody', () => {
  it('sends each chunk when it is told to', async () => {
    await using server = await faultServer()
    const calls: (() => void)[] = []
    const pace = () =>
      new Promise<void>(resolve => {
        calls.push(resolve)
      })
    server.script('/', [slowBody(['first ', 'second'], pace, { 'content-type': 'text/event-stream' })])

    const response = await fetch(server.url)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    calls[0]?.()
    const first = await reader?.read()
    const sentBySecondCall = calls.length
    calls[1]?.()
    const second = await reader?.read()
    const end = await reader?.read()

    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(sentBySecondCall).toBe(2)
    expect([first?.value, second?.value, end?.done]).toEqual(['first ', 'second', true])
  })

  it('asks for no more when the client has left', async () => {
    await using server = await faultServer()
    const calls: (() => void)[] = []
    const pace = () =>
      new Promise<void>(resolve => {
        calls.push(resolve)
      })
    const { step, played } = watched(slowBody(['first', 'second', 'third'], pace))
    server.script('/', [step])

    const response = await fetch(server.url)
    await response.body?.cancel()
    await server.requests[0]?.answered
    calls[0]?.()
    await played

    expect(calls).toHaveLength(1)
  })

  it('sends a chunk every so many milliseconds', async () => {
    await using server = await faultServer()
    server.script('/', [slowBody(['a', 'b', 'c'], 1)])

    const response = await fetch(server.url)

    expect(await response.text()).toBe('abc')
  })
})

describe('claimsLength', () => {
  it('ends before the length that it told of', async () => {
    await using server = await faultServer()
    server.script('/', [claimsLength(10, 'hello')])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    expect(await wire.ended).toBe('FIN')
    expect(wire.received).toMatch(/content-length: 10\r\n.*\r\n\r\nhello$/s)
  })

  it('goes on after the length that it told of', async () => {
    await using server = await faultServer()
    server.script('/', [claimsLength(2, 'hello'), ok('next')])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    await wire.until('hello')
    wire.send(requestBytes('GET /'))
    await wire.until('next')

    expect(wire.received).toMatch(/content-length: 2\r\n.*\r\n\r\nhelloHTTP\/1.1 200 OK/s)
    wire.leave()
  })
})
