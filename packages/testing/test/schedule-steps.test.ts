import { exploreSchedules, type Schedule, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const broken = new Error('broken')

const minute = (clock: Schedule['clock']): Promise<void> =>
  new Promise(resolve => {
    clock.setTimeout(resolve, 60_000)
  })

describe('soon', () => {
  it('runs nothing at once', async () => {
    await exploreSchedules(({ soon }) => {
      let hasRun = false
      void soon('work', () => {
        hasRun = true
      })

      expect(hasRun).toBe(false)
    })
  })

  it.each([
    ['returns', () => 'answer'],
    ['resolves with', () => Promise.resolve('answer')],
  ])('resolves with what its action %s', async (_, action) => {
    await exploreSchedules(async ({ soon }) => {
      expect(await soon('work', action)).toBe('answer')
    })
  })

  it.each([
    [
      'throws',
      (): never => {
        throw broken
      },
    ],
    ['rejects with', () => Promise.reject(broken)],
  ])('rejects with what its action %s', async (_, action) => {
    await exploreSchedules(async ({ soon }) => {
      await expect(soon<never>('work', action)).rejects.toBe(broken)
    })
  })

  it.each([
    [undefined, () => {}, 'got undefined and a function'],
    ['work', 'action', 'got "work" and "action"'],
  ])('refuses %o and %o', async (label, action, got) => {
    await exploreSchedules(({ soon }) => {
      expect(() => soon(label as string, action as never)).toThrow(
        new TypeError(`soon takes a label and a function, ${got}`),
      )
    })
  })
})

describe('the pause between two steps', () => {
  it('lasts any number of microtasks up to eleven, or until promises can go no further', async () => {
    const pauses = new Set<number>()

    const scenario = async ({ soon, run }: Schedule): Promise<void> => {
      let microtasks = 0
      const count = async (): Promise<void> => {
        for (; microtasks < 50; microtasks++) await Promise.resolve()
      }
      let hasBegun = false
      const step = (): void => {
        if (hasBegun) pauses.add(microtasks)
        else void count()
        hasBegun = true
      }
      void soon('one', step)
      void soon('other', step)
      await run()
    }
    await exploreSchedules(scenario, { schedules: 1_000 })

    expect([...pauses].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 50])
  })
})

describe('run', () => {
  it('goes on until nothing is ready and no timer is left', async () => {
    await exploreSchedules(async ({ clock, soon, run }) => {
      let ended = false
      const end = async (): Promise<void> => {
        await soon('first', () => {})
        for (let hop = 0; hop < 50; hop++) await Promise.resolve()
        await soon('second', () => {})
        await minute(clock)
        ended = true
      }
      void end()

      await run()

      expect(ended).toBe(true)
    })
  })

  it('ends at once where there is nothing to do, and can be called again', async () => {
    await exploreSchedules(async ({ clock, soon, run }) => {
      await run()
      const atMs = clock.nowMs()
      let hasRun = false
      void soon('work', () => {
        hasRun = true
      })
      await Promise.all([run(), run()])

      expect([atMs, hasRun]).toEqual([10_000, true])
    })
  })

  it('is called for a scenario that waits for an answer', async () => {
    await exploreSchedules(async ({ clock, soon }) => {
      await soon('work', () => {})
      await minute(clock)
      expect(await soon('more work', () => 'answer')).toBe('answer')
    })
  })

  it('goes no further once its scenario is over', async () => {
    let ran = 0

    await exploreSchedules(
      ({ clock, run }) => {
        const again = (): void => {
          ran++
          clock.setTimeout(again, 1)
        }
        again()
        void run()
      },
      { schedules: 5 },
    )
    const ranMeanwhile = ran
    await virtualClock().settle()

    expect(ran).toBe(ranMeanwhile)
  })
})
