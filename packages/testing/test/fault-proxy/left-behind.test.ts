import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import process from 'node:process'
import { unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { describe, expect, it } from 'vitest'
import { knock, stage } from './stage.ts'

const sockets = (): number => process.getActiveResourcesInfo().filter(kind => /^TCP|Pipe/.test(kind)).length

describe('faultProxy', () => {
  it('is left by 10 000 connections without a trace', async () => {
    const server = createServer(socket => socket.end('bye')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = await faultProxy({ target: server.address() as { port: number } })
    proxy.cutAt({ match: 'never said', direction: 'toServer' })
    const before = sockets()

    for (let turn = 0; turn < 100; turn++) {
      await Promise.all(Array.from({ length: 100 }, () => visit(proxy.port)))
    }

    await expect.poll(() => [proxy.opened, proxy.links, sockets()]).toEqual([10_000, [], before])
    await proxy.close()
    server.close()
  })

  it('leaves no error unhandled, whatever is cut while both sides talk', async () => {
    const unhandled = await unhandledRejectionsOf(async () => {
      await using scene = await stage()
      for (const how of ['reset', 'end'] as const) {
        for (const direction of ['toServer', 'toClient', 'both'] as const) {
          const { client, server, link } = await scene.converse()
          for (let turn = 0; turn < 10; turn++) {
            client.say('x'.repeat(100_000))
            server.say('y'.repeat(100_000))
          }
          link.cut({ how, direction })
          client.socket.destroy()
          server.socket.resetAndDestroy()
          link.cut()
        }
      }
      await expect.poll(() => scene.proxy.links).toEqual([])
    })

    expect(unhandled).toEqual([])
  })
})

describe('close', () => {
  it('resets all links, frees the port and leaves no timer', async () => {
    const clock = virtualClock()
    await using scene = await stage({ clock })
    const { client, server } = await scene.converse()
    scene.proxy.delay({ delayMs: 1_000 })
    client.say('on its way')
    await expect.poll(() => clock.pendingTimers).toBe(1)

    await scene.proxy.close()

    expect([await client.ending, await server.ending]).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect([scene.proxy.links, clock.pendingTimers]).toEqual([[], 0])
    expect(await knock(scene.proxy)).toBe('ECONNREFUSED')
  })

  it.each([
    ['silent', proxy => proxy.silence()],
    ['half-open', proxy => proxy.cut({ direction: 'toClient' })],
    ['ended', proxy => proxy.cut({ how: 'end' })],
    ['refusing', proxy => void proxy.refuse()],
    ['about to be cut', proxy => void proxy.cutAfter({ bytes: 0, direction: 'toServer' })],
  ] satisfies [string, (proxy: FaultProxy) => void][])('comes to an end when links are %s', async (_, harm) => {
    await using scene = await stage()
    await scene.converse()
    harm(scene.proxy)

    await scene.proxy.close()

    expect(scene.proxy.links).toEqual([])
  })

  it('comes to an end twice', async () => {
    await using scene = await stage()
    await scene.converse()

    await Promise.all([scene.proxy.close(), scene.proxy.close()])

    expect(scene.proxy.links).toEqual([])
  })

  it('is final: nothing makes it listen again', async () => {
    await using scene = await stage()
    await scene.proxy.close()

    await expect(scene.proxy.accept()).rejects.toThrow('faultProxy: it is closed')
    await expect(scene.proxy.heal()).rejects.toThrow('faultProxy: it is closed')
    expect(await knock(scene.proxy)).toBe('ECONNREFUSED')
  })
})

async function visit(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket.resume(), 'close')
}
