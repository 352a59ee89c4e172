import { faultServer, hangBeforeHeaders, ok } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { requestBytes, wireTo } from './wire.ts'

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
