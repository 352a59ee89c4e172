import { exploreSchedules, type Schedule } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { call } from './schedules-caller.ts'
import { breakerIn, legal, visit, watch } from './schedules-circuit.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()

const minute = (clock: Schedule['clock']): Promise<void> =>
  new Promise(resolve => {
    clock.setTimeout(resolve, 60_000)
  })

describe('a circuit breaker, in whatever order things happen', () => {
  it('goes from state to state as it may, probes with as many as it may, and is never stuck', async () => {
    const seen = new Set<string>()

    await exploreSchedules(
      async schedule => {
        const { clock, soon, run, random } = schedule
        const breaker = breakerIn(schedule, Infinity)
        const { faults, times, enter } = watch(breaker)
        const callers = visit(breaker, schedule, enter)
        if (random() < 0.3) void soon('isolate', () => breaker.isolate())
        if (random() < 0.3) void soon('close', () => breaker.close())

        await run()
        const isStillIsolated = breaker.state === 'isolated'
        if (isStillIsolated) breaker.close()
        await minute(clock)
        const last = call(breaker, () => {
          enter()('successes')
          return 'up'
        })
        await run()

        for (const kind of times) seen.add(kind)
        expect(faults).toEqual([])
        expect(callers.flatMap(({ complaints }) => complaints)).toEqual([])
        expect(callers.filter(({ outcome }) => outcome === undefined)).toEqual([])
        expect(last.outcome).toEqual({ value: 'up' })
        expect([clock.pendingTimers, unhandled]).toEqual([0, []])
      },
      { schedules: 300 },
    )

    expect([...seen].toSorted()).toEqual(Object.keys(legal).toSorted())
  })

  it('gives up on probes that hang, and is not stuck then either', async () => {
    await exploreSchedules(
      async schedule => {
        const { clock, run } = schedule
        const breaker = breakerIn(schedule, 50)
        for (const number of [1, 2]) call(breaker, () => Promise.reject(new Error(`failure ${number}`)))
        visit(breaker, schedule, () => () => {})
        const waitAndHang = async (): Promise<void> => {
          await breaker.whenAvailable()
          call(breaker, () => new Promise(() => {}))
        }
        void waitAndHang()
        void waitAndHang()

        await run()
        await minute(clock)
        await breaker.whenAvailable()
        const last = call(breaker, () => 'up')
        await run()

        expect(last.outcome).toEqual({ value: 'up' })
        expect([clock.pendingTimers, unhandled]).toEqual([0, []])
      },
      { schedules: 200 },
    )
  })
})
