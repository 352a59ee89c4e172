import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Stage, stage, taken } from './stage.ts'

const clock = virtualClock()

describe('delay', () => {
  it('lets bytes arrive when their time has come, and not before', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    await taken(clock, conversation, 'hello')

    await clock.advance(99)
    const before = conversation.link.bytesToServer
    await clock.advance(1)

    expect([before, conversation.link.bytesToServer]).toEqual([0, 5])
    await expect.poll(conversation.server.heard).toBe('hello')
  })

  it('delays each chunk from when it came', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    await taken(clock, conversation, 'first')
    await clock.advance(60)
    conversation.client.say('second')
    await clock.advance(40)

    const atFirst = conversation.link.bytesToServer
    await clock.advance(60)

    expect([atFirst, conversation.link.bytesToServer]).toEqual([5, 11])
  })

  it('delays one direction alone', async () => {
    await using scene = await stage({ clock })
    const { client, server } = await scene.converse()
    scene.proxy.delay({ delayMs: 100, direction: 'toClient' })

    client.say('prompt')

    await expect.poll(server.heard).toBe('prompt')
  })

  it.each(['end', 'resetAndDestroy'] as const)('delays what %s tells, too', async leave => {
    await using scene = await stage({ clock })
    const { client, server } = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    client.socket[leave]()
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(1))

    const before = server.socket.readyState
    await clock.advance(100)

    expect(before).toBe('open')
    expect(await server.ending).toBe(leave === 'end' ? 'end' : 'ECONNRESET')
  })

  it('holds for links to come, until heal lets everything through', async () => {
    await using scene = await stage({ clock })
    scene.proxy.delay({ delayMs: 100 })
    const conversation = await scene.converse()
    await taken(clock, conversation, 'hello')

    const before = conversation.link.bytesToServer
    await scene.proxy.heal()

    expect([before, conversation.link.bytesToServer, clock.pendingTimers]).toEqual([0, 5, 0])
  })

  it('is over for one link when that link is healed', async () => {
    await using scene = await stage({ clock })
    const first = await scene.converse()
    const second = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    await taken(clock, first, 'hello')
    await taken(clock, second, 'hello')

    first.link.heal()

    expect([first.link.bytesToServer, second.link.bytesToServer]).toEqual([5, 0])
  })

  it('lasts for ever when it is Infinity', async () => {
    await using scene = await stage({ clock })
    const { client, link } = await scene.converse()
    scene.proxy.delay({ delayMs: Infinity })

    client.say('hello')
    await overtakenBy(scene)
    await clock.advance(2 ** 40)

    expect([link.bytesToServer, clock.pendingTimers]).toEqual([0, 0])
  })

  it('reads on from a link that was delayed with much on its way', async () => {
    await using scene = await stage({ clock })
    const { client, server } = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    const text = 'x'.repeat(2 ** 23)

    client.say(text)
    client.socket.end()
    while (server.socket.readyState === 'open') await clock.runAll()

    expect(server.heard() === text).toBe(true)
  })
})

/** Resolves when the proxy has what was said before: a later word came through on a link without faults. */
async function overtakenBy({ proxy, converse }: Stage): Promise<void> {
  const { client, server, link } = await converse()
  link.heal()
  client.say('overtakes')
  await expect.poll(server.heard).toBe('overtakes')
  expect(proxy.links).toContain(link)
}
