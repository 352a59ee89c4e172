import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { besideBare, type Opened } from '../src/harness/beside-bare.ts'

const pace = { atOnce: 1, turnMs: 1, rounds: 5, warmUpRounds: 1 }

// The tests run without the flag that shows it.
beforeEach(() => vi.stubGlobal('gc', () => {}))
afterEach(() => vi.unstubAllGlobals())

function match() {
  const opened: (readonly string[])[] = []
  const turns: string[] = []
  const close = vi.fn<() => void>()
  const open = async (subjects: readonly string[]): Promise<Opened> => {
    opened.push(subjects)
    const call = (subject: string) => async (): Promise<void> => {
      if (turns.at(-1) !== subject) turns.push(subject)
      await turnOfTheEventLoop()
    }
    return { calls: new Map(subjects.map(subject => [subject, call(subject)])), close }
  }
  const cases = besideBare({ group: 'query', subjects: ['bare', 'holdfast', 'ky', 'got'], pace, open })
  return { cases, opened, turns, close }
}

describe('besideBare', () => {
  it('has a case for the bare call, and one for each of the others', () => {
    const { cases } = match()

    expect(cases.map(({ name }) => name)).toEqual(['query: bare', 'query: ky', 'query: got'])
  })

  it('lets Holdfast meet the bare call alone', async () => {
    const { cases, opened, close } = match()

    const rows = await cases[0]?.measure()

    expect(opened).toEqual([['holdfast', 'bare']])
    expect(rows?.map(({ group, subject }) => [group, subject])).toEqual([
      ['query', 'holdfast'],
      ['query', 'bare'],
    ])
    expect(close).toHaveBeenCalledOnce()
  })

  it('lets each of the others meet both, in fewer rounds, and tells of it alone', async () => {
    const { cases, opened, turns } = match()

    const rows = await cases[1]?.measure()

    expect(opened).toEqual([['holdfast', 'bare', 'ky']])
    expect(rows?.map(({ subject }) => subject)).toEqual(['ky'])
    // One round to warm up and two more, there and back.
    expect(turns.filter(subject => subject === 'bare')).toHaveLength(3)
  })
})
