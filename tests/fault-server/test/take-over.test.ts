import { once } from 'node:events'
import { acceptConnect, acceptUpgrade, faultServer, ok, type Protocol, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { watched } from './watched.ts'
import { requestBytes, wireTo } from './wire.ts'

const http1: readonly Protocol[] = ['http1', 'https']
const upgrade = requestBytes('GET /', 'connection: upgrade', 'upgrade: echo')

describe.each(http1)('over %s', protocol => {
  it('acceptUpgrade switches to the protocol that was asked for, and sends back what it gets', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [acceptUpgrade()])

    const wire = await wireTo(server)
    wire.send(`${upgrade}early `)
    await wire.until('early ')
    wire.send('late')
    await wire.until('late')

    expect(wire.received).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nearly late',
    )
    wire.leave()
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('acceptConnect opens a tunnel that sends back what it gets', async () => {
    await using server = await faultServer({ protocol })
    server.script('shop.example:443', [acceptConnect()])

    const wire = await wireTo(server)
    wire.send(requestBytes('CONNECT shop.example:443'))
    await wire.until('\r\n\r\n')
    wire.send('hello')
    await wire.until('hello')

    expect(wire.received).toBe('HTTP/1.1 200 OK\r\n\r\nhello')
    expect(server.requests[0]).toMatchObject({ method: 'CONNECT', path: 'shop.example:443' })
    wire.leave()
  })

  it('survives a client that resets what was switched', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [acceptUpgrade(), ok('alive')])

    const wire = await wireTo(server)
    wire.send(upgrade)
    await wire.until('\r\n\r\n')
    wire.reset()
    await server.connections.allClosed()
    const next = await wireTo(server)
    next.send(requestBytes('GET /'))
    await next.until('alive')

    expect(await server.requests[0]?.answered).toBe('cut')
    next.leave()
  })

  it.each([
    { accept: acceptUpgrade(), message: 'acceptUpgrade: the request asks for no upgrade' },
    { accept: acceptConnect(), message: 'acceptConnect: the request is a GET' },
  ])('$accept.name throws for a request that does not ask for it', async ({ accept, message }) => {
    await using server = await faultServer({ protocol })
    const { step, played } = watched(accept)
    server.script('/', [step])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))

    await expect(played).rejects.toThrow(message)
    wire.leave()
  })

  it('refuses a switch with any other step', async () => {
    await using server = await faultServer({ protocol })
    server.script('/', [status(403, {}, 'no')])

    const wire = await wireTo(server)
    wire.send(upgrade)

    expect(await wire.ended).toBe('FIN')
    expect(wire.received).toMatch(/^HTTP\/1.1 403 Forbidden\r\n.*Connection: close\r\n\r\nno$/s)
    expect(await server.requests[0]?.answered).toBe('sent')
    wire.leave()
  })
})

describe('over h2', () => {
  it('acceptConnect opens a tunnel on a stream', async () => {
    await using server = await faultServer({ protocol: 'h2' })
    server.script('shop.example:443', [acceptConnect()])
    server.script('/', [ok()])
    using session = sessionTo(server)

    const tunnel = session.session.request({ ':method': 'CONNECT', ':authority': 'shop.example:443' })
    tunnel.setEncoding('utf8').write('hello')
    const [echo] = (await once(tunnel, 'data')) as [string]

    expect(echo).toBe('hello')
    tunnel.end()
    expect(await server.requests[0]?.answered).toBe('sent')
  })
})
