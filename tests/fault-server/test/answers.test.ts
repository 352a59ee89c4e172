import { once } from 'node:events'
import { get } from 'node:http'
import { claimsLength, faultServer, informational, ok, redirect, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
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
