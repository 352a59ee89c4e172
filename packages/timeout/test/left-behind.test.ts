import { getEventListeners } from 'node:events'
import process from 'node:process'
import { pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, resolves, type Step, scripted, throws, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const unhandled: unknown[] = []
const listen = (error: unknown): unknown => unhandled.push(error)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', listen)
})
afterEach(() => {
  process.off('unhandledRejection', listen)
})

const endings: readonly [string, Step<string>][] = [
  ['a value', resolves('product', { afterMs: 10 })],
  ['a rejection', rejects(new Error('reset'), { afterMs: 10 })],
  ['a synchronous throw', throws(new Error('at once'))],
  ['its limit', hangs()],
]

describe('timeout', () => {
  it.each(endings)('leaves no timer and no listener behind after %s', async (_, step) => {
    const clock = virtualClock()
    const { signal } = new AbortController()

    const end = timeout({ clock, timeoutMs: 800 })
      .run(scripted([step], { clock }), { signal })
      .catch(() => 'rejected')
    await clock.advance(800)
    await end

    expect(clock.pendingTimers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('hands a late value to discard, once, however many limits had passed', async () => {
    const clock = virtualClock()
    const discarded: string[] = []
    const policy = pipeline(
      timeout({ clock, timeoutMs: 500 }),
      timeout({ clock, timeoutMs: 500 }),
      timeout({ clock, timeoutMs: 300 }),
    )
    const operation = scripted([resolves('connection', { afterMs: 2_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { timeoutMs: 300, discard: value => discarded.push(value) }))
    await clock.runAll()
    await rejection

    expect(discarded).toEqual(['connection'])
  })

  it('keeps a value that came in time away from discard', async () => {
    const clock = virtualClock()
    const discarded: string[] = []

    const answer = timeout({ clock, timeoutMs: 800 }).run(
      scripted([resolves('connection', { afterMs: 10 })], { clock }),
      {
        discard: value => discarded.push(value),
      },
    )
    await clock.runAll()

    expect(await answer).toBe('connection')
    expect(discarded).toEqual([])
  })
})
