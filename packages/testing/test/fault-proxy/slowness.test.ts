import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Conversation, type Stage, stage } from './stage.ts'

const clock = virtualClock()

/** Says something and waits until the proxy has it. */
async function say({ client }: Conversation, text: string): Promise<void> {
  const before = clock.pendingTimers
  client.say(text)
  await vi.waitFor(() => expect(clock.pendingTimers).toBe(before + 1))
}

describe('delay', () => {
  it('lets bytes arrive when their time has come, and not before', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    await say(conversation, 'hello')

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
    await say(conversation, 'first')
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
    await say(conversation, 'hello')

    const before = conversation.link.bytesToServer
    await scene.proxy.heal()

    expect([before, conversation.link.bytesToServer, clock.pendingTimers]).toEqual([0, 5, 0])
  })

  it('is over for one link when that link is healed', async () => {
    await using scene = await stage({ clock })
    const first = await scene.converse()
    const second = await scene.converse()
    scene.proxy.delay({ delayMs: 100 })
    await say(first, 'hello')
    await say(second, 'hello')

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

describe('throttle', () => {
  it('lets so many bytes a second through', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    const { link } = conversation
    scene.proxy.throttle({ bytesPerSecond: 1_000 })
    await say(conversation, 'x'.repeat(2_500))

    const passed: number[] = []
    for (let second = 1; second <= 3; second++) {
      await clock.advance(1_000)
      passed.push(link.bytesToServer)
    }

    expect(passed).toEqual([1_000, 2_000, 2_500])
  })

  it('lets them trickle', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.throttle({ bytesPerSecond: 1_000 })
    await say(conversation, 'x'.repeat(1_000))

    await clock.advance(100)

    expect(conversation.link.bytesToServer).toBe(100)
  })

  it('lets one byte through at a time when it is that slow', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.throttle({ bytesPerSecond: 0.5 })
    await say(conversation, 'ab')

    const passed: number[] = []
    for (const ms of [1_999, 1, 1_999, 1]) {
      await clock.advance(ms)
      passed.push(conversation.link.bytesToServer)
    }

    expect(passed).toEqual([0, 1, 1, 2])
  })

  it('does not save up what was not used', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.throttle({ bytesPerSecond: 1_000 })
    await clock.advance(60_000)
    await say(conversation, 'x'.repeat(200))

    await clock.advance(100)

    expect(conversation.link.bytesToServer).toBe(100)
  })

  it('comes on top of a delay', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.delay({ delayMs: 500 })
    scene.proxy.throttle({ bytesPerSecond: 1_000 })
    await say(conversation, 'x'.repeat(100))

    await clock.advance(550)

    expect(conversation.link.bytesToServer).toBe(50)
  })

  it('is lifted by Infinity, at once', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.throttle({ bytesPerSecond: 1 })
    await say(conversation, 'x'.repeat(1_000))

    scene.proxy.throttle({ bytesPerSecond: Infinity })

    expect(conversation.link.bytesToServer).toBe(1_000)
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
