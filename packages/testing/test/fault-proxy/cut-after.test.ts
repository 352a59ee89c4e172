import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { stage } from './stage.ts'

describe('cutAfter', () => {
  it.each(['toServer', 'toClient'] as const)('resets a link exactly after so many bytes %s', async direction => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    const trap = scene.proxy.cutAfter({ bytes: 4, direction })
    const [speaker, listener] = direction === 'toServer' ? [client, server] : [server, client]

    speaker.say('123456')

    expect(await trap.sprung).toBe(link)
    expect(await Promise.all([client.ending, server.ending])).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect([listener.heard(), speaker.heard()]).toEqual(['1234', ''])
  })

  it('counts from when it was set', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    client.say('before ')
    await expect.poll(server.heard).toBe('before ')

    const trap = scene.proxy.cutAfter({ bytes: 5, direction: 'toServer' })
    client.say('after that')
    await trap.sprung

    expect(server.heard()).toBe('before after')
  })

  it('waits for a server that reads slowly, so that it has all of them', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    const bytes = 2 ** 24 + 1
    // A reset would make the server lose what it has not read yet.
    const trap = scene.proxy.cutAfter({ bytes, direction: 'toServer', how: 'end' })
    server.socket.pause()

    client.say('x'.repeat(2 * bytes))
    await expect.poll(() => link.bytesToServer).toBeGreaterThan(0)
    const before = trap.count
    server.socket.resume()
    await trap.sprung

    expect(await server.ending).toBe('end')
    expect([before, server.heard().length]).toEqual([0, bytes])
  })

  it('does nothing before the last of these bytes', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    const trap = scene.proxy.cutAfter({ bytes: 5, direction: 'toServer' })

    client.say('1234')
    await expect.poll(server.heard).toBe('1234')
    server.say('yes?')
    await expect.poll(client.heard).toBe('yes?')

    expect([trap.count, link.isOpen]).toEqual([0, true])
  })

  it('cuts at once after no byte, and links to come when they open', async () => {
    await using scene = await stage()
    const first = await scene.converse()

    const trap = scene.proxy.cutAfter({ bytes: 0, direction: 'toServer', times: 2 })
    const second = await scene.converse()

    expect([await first.client.ending, await second.client.ending]).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(trap.count).toBe(2)
  })

  it('springs once, on the first link that gets there', async () => {
    await using scene = await stage()
    const [first, second] = [await scene.converse(), await scene.converse()]
    const trap = scene.proxy.cutAfter({ bytes: 3, direction: 'toServer' })

    second.client.say('123')
    expect(await trap.sprung).toBe(second.link)
    first.client.say('1234')

    await expect.poll(first.server.heard).toBe('1234')
    expect([trap.count, first.link.isOpen]).toEqual([1, true])
  })

  it('springs as many times as it may, and counts for each link', async () => {
    await using scene = await stage()
    const trap = scene.proxy.cutAfter({ bytes: 3, direction: 'toServer', times: 2 })
    const heard: string[] = []

    for (let turn = 0; turn < 2; turn++) {
      const { client, server } = await scene.converse()
      client.say('1234')
      await client.ending
      heard.push(server.heard())
    }
    const third = await scene.converse()
    third.client.say('1234')
    await expect.poll(third.server.heard).toBe('1234')

    expect([heard, trap.count]).toEqual([['123', '123'], 2])
  })

  it('ends a link in order when asked to', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    const trap = scene.proxy.cutAfter({ bytes: 4, direction: 'toServer', how: 'end' })

    client.say('123456')
    await trap.sprung

    expect([await client.ending, await server.ending, server.heard()]).toEqual(['end', 'end', '1234'])
  })

  it('silences a link when asked to, until that is healed', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    const trap = scene.proxy.cutAfter({ bytes: 4, direction: 'toServer', how: 'silence' })
    client.say('123456')
    const link = await trap.sprung
    const before = [link.bytesToServer, client.socket.readyState]

    link.heal()

    await expect.poll(server.heard).toBe('123456')
    expect(before).toEqual([4, 'open'])
  })

  it('springs no more once it is disarmed', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    const trap = scene.proxy.cutAfter({ bytes: 3, direction: 'toServer' })

    trap.disarm()
    client.say('1234')

    await expect.poll(server.heard).toBe('1234')
    expect(trap.count).toBe(0)
  })

  it('is disarmed by heal', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    scene.proxy.cutAfter({ bytes: 3, direction: 'toServer' })
    link.cutAfter({ bytes: 3, direction: 'toServer' })

    await scene.proxy.heal()
    client.say('1234')

    await expect.poll(server.heard).toBe('1234')
  })

  it('of a link concerns no other', async () => {
    await using scene = await stage()
    const [first, second] = [await scene.converse(), await scene.converse()]
    first.link.cutAfter({ bytes: 3, direction: 'toServer' })

    second.client.say('1234')
    await expect.poll(second.server.heard).toBe('1234')
    first.client.say('1234')

    expect(await first.client.ending).toBe('ECONNRESET')
    expect(second.link.isOpen).toBe(true)
  })

  it('counts bytes that are still on their way, and waits until they are through', async () => {
    const clock = virtualClock()
    await using scene = await stage({ clock })
    const { client, server } = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    client.say('1234')
    await expect.poll(() => clock.pendingTimers).toBe(1)

    const trap = scene.proxy.cutAfter({ bytes: 2, direction: 'toServer' })
    const before = trap.count
    await clock.advance(100)
    await trap.sprung

    expect([before, server.heard()]).toEqual([0, '12'])
  })
})
