import { exploreSchedules, type Schedule } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { failureOf } from './schedule-failure.ts'

const broken = new Error('broken')

describe('a schedule that fails', () => {
  it('tells its seed, how to repeat it, and what ran, in order', async () => {
    const { message, cause } = await failureOf(async ({ clock, soon, run }) => {
      await soon('request', () => {})
      clock.setTimeout(() => {}, 800)
      await run()
      await soon('abort', () => {})
      throw broken
    })

    const [what, repeat, ...ran] = message.split('\n')
    expect(what).toBe('exploreSchedules: seed 17 fails: broken')
    expect(repeat).toBe('repeat it with { seed: 17 }; what ran:')
    expect(ran.map(line => line.replace(/ at .*/, ''))).toEqual(['  request', '  timer of 800 ms', '  abort'])
    expect(cause).toBe(broken)
  })

  it('tells when each action ran, and how many microtasks after what ran before', async () => {
    const [times, pauses] = [new Set<string>(), new Set<string>()]

    for (let seed = 1; seed <= 100; seed++) {
      const { message } = await failureOf(
        async ({ clock, soon, run }) => {
          let beganMs = clock.nowMs()
          void soon('work', () => {
            beganMs -= clock.nowMs()
          })
          await run()
          throw new Error(String(-beganMs))
        },
        { seed },
      )
      const [, expected, told, pause] = /fails: (\d+)[\s\S]* work at (\d+) ms(.*)$/.exec(message) ?? []
      expect(told).toBe(expected)
      times.add(told as string)
      pauses.add(pause as string)
    }

    expect(times.size).toBeGreaterThan(30)
    expect([...pauses]).toEqual(
      expect.arrayContaining(['', ', at once', ', 1 microtask later', ', 2 microtasks later']),
    )
  })

  it('says so when nothing has run', async () => {
    const { message } = await failureOf(() => {
      throw broken
    })

    expect(message).toBe('exploreSchedules: seed 17 fails: broken\nrepeat it with { seed: 17 }; nothing has run')
  })

  it('shows the last 200 of what ran', async () => {
    const { message } = await failureOf(async ({ soon }) => {
      for (let number = 1; number <= 250; number++) await soon(`number ${number}`, () => {})
      throw broken
    })

    const [first, second, ...others] = message.split('\n').slice(2)
    expect([first, second]).toEqual(['  50 others', expect.stringMatching(/^ {2}number 51 /)])
    expect(others).toHaveLength(199)
  })

  it('keeps what the scenario threw as its cause, also where that is no Error', async () => {
    const { message, cause } = await failureOf(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- some do
      throw 'down'
    })

    expect(message).toContain('seed 17 fails: "down"')
    expect(cause).toBe('down')
  })

  it('fails with what a timer throws', async () => {
    const failure = await failureOf(async ({ clock, run }) => {
      clock.setTimeout(() => {
        throw broken
      }, 10)
      await run()
    })

    expect(failure.cause).toBe(broken)
  })

  it('lets the scenario hear of what a timer throws, which it may expect', async () => {
    const heard: unknown[] = []

    await exploreSchedules(
      async ({ clock, run }) => {
        clock.setTimeout(() => {
          throw broken
        }, 10)
        heard.push(await run().catch((error: unknown) => error))
      },
      { schedules: 5 },
    )

    expect(heard).toEqual(Array.from({ length: 5 }, () => broken))
  })

  it('fails when the scenario waits for what never comes', async () => {
    const { message } = await failureOf(async ({ soon }) => {
      await soon('work', () => {})
      await new Promise(() => {})
    })

    expect(message).toContain('seed 17 fails: the scenario has not settled, and nothing is left that could run\n')
    expect(message).toContain('\n  work at ')
  })

  it.each([
    [
      'timers',
      ({ clock }: Schedule) =>
        (again: () => void) =>
          clock.setTimeout(again, 1),
    ],
    [
      'actions',
      ({ soon }: Schedule) =>
        (again: () => void) =>
          soon('again', again),
    ],
  ])('fails when there is no end of %s', { timeout: 20_000 }, async (_, repeating) => {
    const { message } = await failureOf(async schedule => {
      const repeat = repeating(schedule)
      const again = (): unknown => repeat(again)
      again()
      await schedule.run()
    })

    expect(message).toContain('seed 17 fails: 100000 actions and timers have run, and more are left\n')
  })
})
