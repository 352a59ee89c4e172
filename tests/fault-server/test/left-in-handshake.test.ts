import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { faultServer, ok, type Protocol } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { requestBytes, wireTo } from './wire.ts'

const secure: readonly Protocol[] = ['https', 'h2']
const turnsOfTheLoop = [0, 1, 2, 3, 4, 5, 6]

describe.each(secure)('over %s', protocol => {
  it.each(turnsOfTheLoop)('keeps no connection of a client that leaves %d turns into the handshake', async turns => {
    await using server = await faultServer({ protocol })
    const { hostname, port } = new URL(server.url)

    for (const leave of ['resetAndDestroy', 'destroy'] as const) {
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      connectTls({ socket, ca: server.certificate, ALPNProtocols: ['h2', 'http/1.1'] }).on('error', () => {})
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      socket[leave]()
    }
    // They were accepted in order: when this one is served, they were, too.
    const last = await wireTo(server)
    last.leave()
    await server.connections.allClosed()

    expect(server.connections.accepted).toBe(3)
    expect(server.requests).toEqual([])
  })
})

describe('over http1', () => {
  it('keeps no connection of a client that speaks something else', async () => {
    await using server = await faultServer()
    server.script('/', [ok('alive')])

    const stranger = await wireTo(server)
    stranger.send('\x16\x03\x01')
    const end = await stranger.ended
    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    await wire.until('alive')

    expect(end).toBe('FIN')
    expect(server.connections.open).toBe(1)
    wire.leave()
  })
})
