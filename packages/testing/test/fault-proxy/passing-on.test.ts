import { once } from 'node:events'
import { virtualClock } from '@holdfast/testing'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connected, stage } from './stage.ts'

describe('faultProxy, as long as nothing is wrong,', () => {
  it('passes on what both sides say, and counts it', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()

    client.say('ping?')
    server.say('pong')

    await expect.poll(server.heard).toBe('ping?')
    await expect.poll(client.heard).toBe('pong')
    expect([link.bytesToServer, link.bytesToClient]).toEqual([5, 4])
  })

  it('passes on bytes that a client sends with its connection', async () => {
    await using scene = await stage()

    const client = await connected(scene.proxy)
    client.say('early')

    await expect.poll(() => scene.accepted[0]?.heard()).toBe('early')
  })

  it.each([
    ['client', 'server'],
    ['server', 'client'],
  ] as const)('lets the %s end while the other goes on talking', async (first, second) => {
    await using scene = await stage()
    const conversation = await scene.converse()

    conversation[first].socket.end('that was all')
    await conversation[second].ending
    conversation[second].say('but not for me')

    await expect.poll(conversation[first].heard).toBe('but not for me')
    expect(conversation[second].heard()).toBe('that was all')
    expect(conversation.link.isOpen).toBe(true)
  })

  it('is rid of a link when both sides have ended', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()

    client.socket.end()
    server.socket.end()

    await expect.poll(() => scene.proxy.links).toEqual([])
    expect([link.isOpen, await client.ending, await server.ending]).toEqual([false, 'end', 'end'])
  })

  it.each([
    ['client', 'server'],
    ['server', 'client'],
  ] as const)('passes a reset of the %s on', async (first, second) => {
    await using scene = await stage()
    const conversation = await scene.converse()

    conversation[first].socket.resetAndDestroy()

    expect(await conversation[second].ending).toBe('ECONNRESET')
    await expect.poll(() => scene.proxy.links).toEqual([])
  })

  it('resets a client that ended, when the server dies while it answers', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    client.socket.end('order')
    await server.ending

    server.say('half of')
    await expect.poll(client.heard).toBe('half of')
    server.socket.resetAndDestroy()

    await expect.poll(() => scene.proxy.links).toEqual([])
    expect(await client.ending).toMatch(/end|ECONNRESET/)
  })

  it('resets a client whose server is down, and serves the next when it is up', async () => {
    await using scene = await stage()
    await using proxy = await faultProxy({ target: { port: 1 } })

    const client = await connected(proxy)

    expect(await client.ending).toBe('ECONNRESET')
    await expect.poll(() => [proxy.opened, proxy.links]).toEqual([1, []])
    expect((await scene.converse()).link.isOpen).toBe(true)
  })

  it('slows a client whose server does not read, and loses nothing', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    const clock = virtualClock()
    const megabyte = Buffer.alloc(2 ** 20, 'x')

    server.socket.pause()
    for (let sent = 0; sent < 64; sent++) client.socket.write(megabyte)
    // In this many turns of the event loop the proxy could have read all of it many times.
    for (let turn = 0; turn < 2_000; turn++) await clock.settle()

    expect(client.socket.writableLength).toBeGreaterThan(0)
    server.socket.resume()
    client.socket.end()
    await once(server.socket, 'end')
    expect(link.bytesToServer).toBe(64 * megabyte.length)
  })

  it('numbers its links, and tells how many there were', async () => {
    await using scene = await stage()

    const first = await scene.converse()
    const second = await scene.converse()

    expect([first.link.id, second.link.id, scene.proxy.opened]).toEqual([1, 2, 2])
    expect(scene.proxy.links).toEqual([first.link, second.link])
  })

  it('changes no byte and no order, in both directions at once, whatever the chunks, delays and throttles', async () => {
    const chunks = fc.array(fc.string({ maxLength: 40, unit: 'binary-ascii' }), { maxLength: 12 })
    const conditions = fc.record({
      delayMs: fc.nat(50),
      bytesPerSecond: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(Infinity)),
    })
    const side = fc.record({ chunks, conditions })
    const clock = virtualClock()
    await using scene = await stage({ clock })

    await fc.assert(
      fc.asyncProperty(side, side, async (fromClient, fromServer) => {
        const { client, server, link } = await scene.converse()
        const sides = [
          { ...fromClient, peer: client, direction: 'toServer' },
          { ...fromServer, peer: server, direction: 'toClient' },
        ] as const

        for (const {
          peer,
          direction,
          conditions: { delayMs, bytesPerSecond },
          ...said
        } of sides) {
          link.delay({ delayMs, direction })
          link.throttle({ bytesPerSecond, direction })
          for (const chunk of said.chunks) peer.say(chunk)
          peer.socket.end()
        }
        while (link.isOpen) await clock.runAll()

        expect(server.heard()).toBe(fromClient.chunks.join(''))
        expect(client.heard()).toBe(fromServer.chunks.join(''))
      }),
    )
  })
})
