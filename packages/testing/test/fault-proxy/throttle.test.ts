import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { stage, taken } from './stage.ts'

const clock = virtualClock()

describe('throttle', () => {
  it('lets so many bytes a second through', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    const { link } = conversation
    scene.proxy.throttle({ bytesPerSecond: 1_000 })
    await taken(clock, conversation, 'x'.repeat(2_500))

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
    await taken(clock, conversation, 'x'.repeat(1_000))

    await clock.advance(100)

    expect(conversation.link.bytesToServer).toBe(100)
  })

  it('lets one byte through at a time when it is that slow', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.throttle({ bytesPerSecond: 0.5 })
    await taken(clock, conversation, 'ab')

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
    await taken(clock, conversation, 'x'.repeat(200))

    await clock.advance(100)

    expect(conversation.link.bytesToServer).toBe(100)
  })

  it('comes on top of a delay', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.delay({ delayMs: 500 })
    scene.proxy.throttle({ bytesPerSecond: 1_000 })
    await taken(clock, conversation, 'x'.repeat(100))

    await clock.advance(550)

    expect(conversation.link.bytesToServer).toBe(50)
  })

  it('is lifted by Infinity, at once', async () => {
    await using scene = await stage({ clock })
    const conversation = await scene.converse()
    scene.proxy.throttle({ bytesPerSecond: 1 })
    await taken(clock, conversation, 'x'.repeat(1_000))

    scene.proxy.throttle({ bytesPerSecond: Infinity })

    expect(conversation.link.bytesToServer).toBe(1_000)
  })
})
