import { closesWhenIdle, diesWhenReused, faultServer, ok, type Protocol } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { requestBytes, wireTo } from './wire.ts'

const http1: readonly Protocol[] = ['http1', 'https']

describe.each(http1)('over %s', protocol => {
  it.each([
    { how: 'reset', end: 'RST' },
    { how: 'close', end: 'FIN' },
  ] as const)('diesWhenReused ends the connection with $end at the second request', async ({ how, end }) => {
    await using server = await faultServer({ protocol })
    server.script('/', [diesWhenReused(ok('first'), how), ok('second')])
    server.script('/order', [ok('ordered')])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    await wire.until('first')
    const openAfterFirst = server.connections.open
    wire.send(requestBytes('POST /order', 'content-length: 1000'))

    expect(await wire.ended).toBe(end)
    expect(openAfterFirst).toBe(1)
    expect(wire.received).toMatch(/^HTTP\/1.1 200 OK\r\n.*Connection: keep-alive\r\n\r\nfirst$/s)
    expect(server.requestsTo('/order')[0]).toMatchObject({
      step: 'diesWhenReused',
      connection: 1,
      body: { state: 'unread' },
    })
    wire.leave()
  })

  it('diesWhenReused leaves the script where it was', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [diesWhenReused(ok('first')), ok('second')])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    await wire.until('first')
    wire.send(requestBytes('GET /'))
    await wire.ended
    const fresh = await wireTo(server)
    fresh.send(requestBytes('GET /'))
    await fresh.until('second')

    expect(server.requests.map(({ connection, attempt, step }) => [connection, attempt, step])).toEqual([
      [1, 1, 'diesWhenReused(ok)'],
      [1, 2, 'diesWhenReused'],
      [2, 3, 'ok'],
    ])
    fresh.leave()
  })

  it('closesWhenIdle breaks the promise to keep the connection', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [closesWhenIdle(ok('first'))])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    expect(await wire.ended).toBe('FIN')
    expect(wire.received).toMatch(/^HTTP\/1.1 200 OK\r\n.*Connection: keep-alive\r\n\r\nfirst$/s)
    expect(await server.requests[0]?.answered).toBe('sent')
    wire.leave()
  })
})

describe('over h2', () => {
  it('closesWhenIdle closes the connection behind the answer', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    server.script('/', [closesWhenIdle(ok('first'))])
    using session = sessionTo(server)

    const { body } = await session.ask({ ':path': '/' })
    await server.connections.allClosed()

    expect(body).toBe('first')
    expect(await server.requests[0]?.answered).toBe('sent')
  })

  it('diesWhenReused resets the connection at the second request', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    server.script('/', [diesWhenReused(ok('first')), ok('second')])
    using session = sessionTo(server)

    const first = await session.ask({ ':path': '/' })
    const second = await session.ask({ ':path': '/' })

    expect(first.body).toBe('first')
    expect(second).toMatchObject({ status: undefined, errorCode: 'ECONNRESET' })
  })
})
