import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { connected, stage } from './stage.ts'

const { settle } = virtualClock()

/** In this many turns of the event loop, a word could have come through many times. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await settle()
}

describe('silence', () => {
  it('lets nothing through in either direction, and tells nobody', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()

    scene.proxy.silence()
    client.say('hello?')
    server.say('anybody?')
    await manyTurns()

    expect([link.bytesToServer, link.bytesToClient]).toEqual([0, 0])
    expect([client.heard(), server.heard()]).toEqual(['', ''])
    expect([client.socket.readyState, server.socket.readyState]).toEqual(['open', 'open'])
  })

  it('keeps one direction silent while the other goes on', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()

    scene.proxy.silence({ direction: 'toClient' })
    server.say('unheard')
    client.say('heard')

    await expect.poll(server.heard).toBe('heard')
    await manyTurns()
    expect(client.heard()).toBe('')
  })

  it.each(['end', 'resetAndDestroy'] as const)('hides that a side is gone, by %s', async leave => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    scene.proxy.silence()

    client.socket[leave]()
    await manyTurns()

    expect(server.socket.readyState).toBe('open')
    expect(link.isOpen).toBe(true)
  })

  it('ends with heal, and what was said meanwhile comes through in order', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    scene.proxy.silence()
    client.say('one ')
    client.say('two')
    client.socket.end()
    await manyTurns()

    await scene.proxy.heal()

    expect(await server.ending).toBe('end')
    expect(server.heard()).toBe('one two')
  })

  it('falls on links to come', async () => {
    await using scene = await stage()
    scene.proxy.silence()

    const client = await connected(scene.proxy)
    client.say('hello?')
    await manyTurns()

    expect(scene.proxy.links[0]?.bytesToServer).toBe(0)
    client.socket.destroy()
  })

  it('falls on one link alone, and ends there', async () => {
    await using scene = await stage()
    const first = await scene.converse()
    const second = await scene.converse()
    first.link.silence()
    first.client.say('first')
    second.client.say('second')
    await expect.poll(second.server.heard).toBe('second')
    const before = first.link.bytesToServer

    first.link.heal()

    await expect.poll(first.server.heard).toBe('first')
    expect(before).toBe(0)
  })

  it('can be cut', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    scene.proxy.silence()

    scene.proxy.cut()

    expect([await client.ending, await server.ending]).toEqual(['ECONNRESET', 'ECONNRESET'])
  })
})
