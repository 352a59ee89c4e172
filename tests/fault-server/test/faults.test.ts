import {
  closeBeforeHeaders,
  closeMidBody,
  faultServer,
  hangAfterHeaders,
  hangBeforeHeaders,
  hangMidBody,
  ok,
  type Protocol,
  patternOf,
  resetAfterHeaders,
  resetBeforeHeaders,
  resetConnection,
  resetMidBody,
  step,
} from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { watched } from './watched.ts'
import { requestBytes, wireTo } from './wire.ts'

const pattern = (bytes: number) => Buffer.concat([...patternOf(bytes)]).toString('latin1')
const bodyOf = (received: string) => received.split('\r\n\r\n').slice(1).join('\r\n\r\n')
const http1: readonly Protocol[] = ['http1', 'https']

describe.each(http1)('over %s', protocol => {
  it.each([
    { fault: resetBeforeHeaders(), end: 'RST' },
    { fault: resetConnection(), end: 'RST' },
    { fault: closeBeforeHeaders(), end: 'FIN' },
  ])('$fault.name ends the connection with $end and not a byte', async ({ fault, end }) => {
    await using server = await faultServer({ protocol })
    server.script('/', [fault])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    expect(await wire.ended).toBe(end)
    expect(wire.received).toBe('')
    expect(await server.requests[0]?.answered).toBe('cut')
    wire.leave()
  })

  it.each([
    { fault: resetAfterHeaders({ status: 503, headers: { 'x-a': 'b' } }), end: 'RST', bytes: 0, status: 503 },
    { fault: resetMidBody(1_234), end: 'RST', bytes: 1_234, status: 200 },
    { fault: closeMidBody(1_234), end: 'FIN', bytes: 1_234, status: 200 },
  ])('$fault.name ends the connection with $end inside the body', async ({ fault, end, bytes, status }) => {
    await using server = await faultServer({ protocol })
    server.script('/', [fault])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    expect(await wire.ended).toBe(end)
    expect(wire.received).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-length: ${bytes + 1_000}\r\n`, 's'))
    expect(bodyOf(wire.received)).toBe(pattern(bytes))
    expect(await server.requests[0]?.answered).toBe('cut')
    wire.leave()
  })

  it.each([
    { fault: resetMidBody(100, { framing: 'chunked' }), end: 'RST' },
    { fault: closeMidBody(100, { framing: 'chunked' }), end: 'FIN' },
  ])('$fault.name ends the connection with $end before the last chunk', async ({ fault, end }) => {
    await using server = await faultServer({ protocol })
    server.script('/', [fault])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    expect(await wire.ended).toBe(end)
    expect(wire.received).toContain('Transfer-Encoding: chunked')
    expect(bodyOf(wire.received)).toBe(`64\r\n${pattern(100)}\r\n`)
    wire.leave()
  })

  it('waits with a fault for what the test says', async () => {
    await using server = await faultServer({ protocol })
    let go = () => {}
    const after = new Promise<void>(resolve => {
      go = resolve
    })
    server.script('/', [resetMidBody(3, { after })])
    server.script('/other', [ok('meanwhile')])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    await wire.until(pattern(3))
    const other = await wireTo(server)
    other.send(requestBytes('GET /other'))
    await other.until('meanwhile')
    const openBefore = server.connections.open
    go()

    expect(openBefore).toBe(2)
    expect(await wire.ended).toBe('RST')
    other.leave()
  })

  it.each([
    { fault: hangBeforeHeaders(), statusLine: '', body: '' },
    { fault: hangAfterHeaders(), statusLine: 'HTTP/1.1 200 OK', body: '' },
    { fault: hangMidBody(4), statusLine: 'HTTP/1.1 200 OK', body: pattern(4) },
    {
      fault: hangMidBody(4, { framing: 'chunked' }),
      statusLine: 'HTTP/1.1 200 OK',
      body: `4\r\n${pattern(4)}\r\n`,
    },
  ])('$fault.name says nothing more until the client leaves', async ({ fault, statusLine, body }) => {
    await using server = await faultServer({ protocol })
    // Once it has played to its end, nothing more will come.
    const { step: watchedStep, played } = watched(fault)
    server.script('/', [watchedStep])
    server.script('/other', [ok('meanwhile')])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    await played
    const other = await wireTo(server)
    other.send(requestBytes('GET /other'))
    await other.until('meanwhile')

    expect(wire.received.split('\r\n')[0]).toBe(statusLine)
    expect(bodyOf(wire.received)).toBe(body)
    wire.leave()
    other.leave()
    expect(await server.requests[0]?.answered).toBe('cut')
    await server.connections.allClosed()
  })
})

describe.each(['http1', 'https', 'h2', 'h2c'] as const)('over %s', protocol => {
  it('a connection that was closed can be reset', async () => {
    await using server = await faultServer({ protocol })
    const both = step('both', ({ connection }) => {
      connection.close()
      connection.reset()
    })
    server.script('/', [both])

    if (protocol === 'http1' || protocol === 'https') (await wireTo(server)).send(requestBytes('GET /'))
    else await sessionTo(server).ask({ ':path': '/' })
    await server.arrived('/')
    await server.connections.allClosed()

    expect(server.connections.accepted).toBe(1)
  })
})
