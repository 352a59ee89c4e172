import { exploreSchedules, type Schedule } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from './schedule-failure.ts'

const broken = new Error('broken')

const letters = async ({ soon, run }: Schedule): Promise<string> => {
  const ran: string[] = []
  for (const letter of ['a', 'b', 'c']) void soon(letter, () => ran.push(letter))
  await run()
  return ran.join('')
}

describe('exploreSchedules', () => {
  it('plays a scenario 200 times, each time with a schedule of its own', async () => {
    const schedules = new Set<Schedule>()
    const draws = new Set<number>()

    await exploreSchedules(schedule => {
      schedules.add(schedule)
      draws.add(schedule.random())
    })

    expect([schedules.size, draws.size]).toEqual([200, 200])
  })

  it('plays as many schedules as it is told, one after the other', async () => {
    const log: string[] = []

    await exploreSchedules(
      async ({ soon }) => {
        log.push('begin')
        await soon('work', () => {})
        log.push('end')
      },
      { schedules: 3 },
    )

    expect(log).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end'])
  })

  it('reaches every order of what is ready', async () => {
    const orders = new Set<string>()

    await exploreSchedules(async schedule => orders.add(await letters(schedule)))

    expect([...orders].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  })

  it('plays the same schedule for the same seed, whatever the other options say', async () => {
    const failing = async ({ clock, soon, run, random }: Schedule): Promise<void> => {
      for (let number = 0; number < 10; number++) {
        clock.setTimeout(() => void soon(`after ${number}`, () => {}), random() * 1_000)
        void soon(`work ${number}`, () => {})
      }
      await run()
      throw broken
    }

    const first = await failureOf(failing, { firstSeed: 17 })
    const repeated = await failureOf(failing, { seed: 17, firstSeed: 3, schedules: 5 })
    const other = await failureOf(failing, { seed: 18 })

    expect(String(first).split('\n')).toHaveLength(32)
    expect(repeated).toEqual(first)
    expect(String(other).replaceAll('18', '17')).not.toBe(String(first))
  })

  it('begins with the seed that it is told, and goes on one by one', async () => {
    const orders: string[] = []
    const single: string[] = []

    await exploreSchedules(async schedule => orders.push(await letters(schedule)), { firstSeed: -2, schedules: 4 })
    for (const seed of [-2, -1, 0, 1]) {
      await exploreSchedules(async schedule => single.push(await letters(schedule)), { seed })
    }

    expect(orders).toEqual(single)
  })

  it('stops at the first schedule that fails', async () => {
    const scenario = vi.fn<(schedule: Schedule) => void>().mockImplementation(() => {
      if (scenario.mock.calls.length === 3) throw broken
    })

    const error = await failureOf(scenario, { firstSeed: 5 })

    expect(String(error)).toContain('seed 7 fails')
    expect(scenario).toHaveBeenCalledTimes(3)
  })

  it.each([
    [null, new TypeError('exploreSchedules: options must be an object, got null')],
    [{ schedules: 0 }, new RangeError('exploreSchedules: schedules must be an integer of at least 1, got 0')],
    [
      { schedules: Infinity },
      new RangeError('exploreSchedules: schedules must be an integer of at least 1, got Infinity'),
    ],
    [{ firstSeed: 1.5 }, new RangeError('exploreSchedules: firstSeed must be an integer, got 1.5')],
    [{ seed: '17' }, new TypeError('exploreSchedules: seed must be an integer, got "17"')],
    [
      { seeds: 17 },
      new TypeError('exploreSchedules: unknown option "seeds", expected one of schedules, firstSeed, seed'),
    ],
  ])('refuses the options %o', async (options, expected) => {
    const scenario = vi.fn()

    const error = await failureOf(scenario, options as never)

    expect(error).toEqual(expected)
    expect(scenario).not.toHaveBeenCalled()
  })

  it('refuses a scenario that is no function', async () => {
    const error = await failureOf('scenario' as never)

    expect(error).toEqual(new TypeError('exploreSchedules: the scenario must be a function, got "scenario"'))
  })
})
