import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { turnsOf } from '../src/harness/turns.ts'

const pace = { atOnce: 1, turnMs: 1, rounds: 2, warmUpRounds: 1 }

// The tests run without the flag that shows it.
beforeEach(() => vi.stubGlobal('gc', () => {}))
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('turnsOf', () => {
  it('lets subjects take turns, there and back', async () => {
    const begun: string[] = []
    const call = (subject: string) => async () => {
      if (begun.at(-1) !== subject) begun.push(subject)
      await turnOfTheEventLoop()
    }

    await turnsOf(
      new Map([
        ['a', call('a')],
        ['b', call('b')],
        ['c', call('c')],
      ]),
      pace,
    )

    // Who ends a round begins the next one.
    expect(begun.join('')).toBe('abcbabc')
  })

  it('tells all turns but those to warm up', async () => {
    const turns = await turnsOf(new Map([['a', turnOfTheEventLoop]]), { ...pace, rounds: 5, warmUpRounds: 3 })

    expect(turns.get('a')).toHaveLength(5)
  })

  it('keeps so many requests under way at once, and ends when all have ended', async () => {
    let active = 0
    let most = 0
    const call = async (): Promise<void> => {
      most = Math.max(most, ++active)
      await turnOfTheEventLoop()
      active--
    }

    await turnsOf(new Map([['a', call]]), { ...pace, atOnce: 8 })

    expect([most, active]).toEqual([8, 0])
  })

  it('tells what half of the requests took at most, and what nearly all did', async () => {
    let requests = 0
    let nowMs = 0
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    // A hundred requests, one after the other: 1 ms, 2 ms, and so on.
    const call = async (): Promise<void> => {
      nowMs += ++requests
    }

    const turns = await turnsOf(new Map([['a', call]]), { ...pace, turnMs: 5_000, rounds: 1, warmUpRounds: 0 })

    expect(requests).toBe(100)
    expect(turns.get('a')).toMatchObject([{ ns: 50.5e6, p50Ns: 50e6, p99Ns: 99e6 }])
  })
})
