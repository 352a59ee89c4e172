import { describe, expect, it } from 'vitest'
import { knock, stage } from './stage.ts'

describe('cut', () => {
  it('resets both sides of all links', async () => {
    await using scene = await stage()
    const first = await scene.converse()
    const second = await scene.converse()

    scene.proxy.cut()

    const peers = [first.client, first.server, second.client, second.server]
    expect(await Promise.all(peers.map(({ ending }) => ending))).toEqual(Array(4).fill('ECONNRESET'))
    await expect.poll(() => scene.proxy.links).toEqual([])
  })

  it('lets new links come', async () => {
    await using scene = await stage()
    await scene.converse()
    scene.proxy.cut()

    const { client, server } = await scene.converse()
    client.say('again')

    await expect.poll(server.heard).toBe('again')
  })

  it('ends both sides in order when asked to', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()

    scene.proxy.cut({ how: 'end' })

    expect([await client.ending, await server.ending]).toEqual(['end', 'end'])
    client.socket.end()
    server.socket.end()
    await expect.poll(() => link.isOpen).toBe(false)
  })

  it('passes nothing on after an orderly end', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    scene.proxy.cut({ how: 'end' })
    await Promise.all([client.ending, server.ending])

    client.socket.end('too late')
    server.socket.end('too late, too')

    await expect.poll(() => link.isOpen).toBe(false)
    expect([client.heard(), server.heard()]).toEqual(['', ''])
  })

  it.each([
    ['toClient', 'client', 'server'],
    ['toServer', 'server', 'client'],
  ] as const)('leaves the other side half-open when only %s is meant', async (direction, told, other) => {
    await using scene = await stage()
    const conversation = await scene.converse()

    scene.proxy.cut({ direction })
    expect(await conversation[told].ending).toBe('ECONNRESET')
    conversation[other].say('hello?')

    expect(conversation[other].socket.readyState).toBe('open')
    expect(scene.proxy.links).toEqual([conversation.link])
    conversation[other].socket.end()
    expect(await conversation[other].ending).toBe('end')
    await expect.poll(() => scene.proxy.links).toEqual([])
  })

  it('cuts one link of many', async () => {
    await using scene = await stage()
    const first = await scene.converse()
    const second = await scene.converse()

    first.link.cut()
    second.client.say('still here')

    expect(await first.client.ending).toBe('ECONNRESET')
    await expect.poll(second.server.heard).toBe('still here')
    expect(scene.proxy.links).toEqual([second.link])
  })

  it('loses what is on its way', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    scene.proxy.delay({ delayMs: 3_600_000 })
    client.say('on its way')

    scene.proxy.cut()

    expect(await server.ending).toBe('ECONNRESET')
    expect(server.heard()).toBe('')
  })

  it('cuts a link that has ended in one direction', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    client.socket.end()
    await server.ending

    scene.proxy.cut()

    expect(await client.ending).toMatch(/end|ECONNRESET/)
    await expect.poll(() => scene.proxy.links).toEqual([])
  })
})

describe('refuse', () => {
  it('refuses new connections and leaves those that are open', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()

    await scene.proxy.refuse()
    client.say('still here')

    expect(await knock(scene.proxy)).toBe('ECONNREFUSED')
    await expect.poll(server.heard).toBe('still here')
  })

  it.each(['accept', 'heal'] as const)('ends with %s, at the same port', async cure => {
    await using scene = await stage()
    const { port } = scene.proxy
    await scene.proxy.refuse()

    await scene.proxy[cure]()

    expect(await knock(scene.proxy)).toBe('connected')
    expect(scene.proxy.port).toBe(port)
  })

  it('goes by what was asked last, when nobody waits', async () => {
    await using scene = await stage()

    await Promise.all([scene.proxy.refuse(), scene.proxy.accept(), scene.proxy.accept(), scene.proxy.refuse()])

    expect(await knock(scene.proxy)).toBe('ECONNREFUSED')
  })
})
