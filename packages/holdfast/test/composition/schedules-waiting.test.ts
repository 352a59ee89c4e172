import { exploreSchedules } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { clockOfPolicies } from './schedules-caller.ts'
import { breakerIn, THRESHOLD, visit } from './schedules-circuit.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()

describe('who waits for a circuit, in whatever order things happen', () => {
  it('is told when it lets calls through, and not before, unless the wait was aborted', async () => {
    await exploreSchedules(
      async schedule => {
        const { clock, soon, run, random } = schedule
        const breaker = breakerIn(schedule, Infinity)
        const reason = new Error('user left')
        const ends: unknown[] = []
        const waits = async (): Promise<void> => {
          const controller = new AbortController()
          if (random() < 0.5) void soon('abort of a wait', () => controller.abort(reason))
          try {
            await breaker.whenAvailable({ signal: controller.signal })
            ends.push('available')
          } catch (error) {
            ends.push(controller.signal.aborted ? error : 'no abort')
          }
        }
        breaker.isolate()
        for (let count = 0; count < 3; count++) void waits()
        for (let count = 0; count < 3; count++) void soon('wait', waits)
        visit(breaker, schedule, () => () => {})
        await run()
        const early = ends.filter(end => end !== reason)
        breaker.close()
        await run()

        expect(early).toEqual([])
        expect(ends).toHaveLength(6)
        expect(ends.filter(end => end !== reason && end !== 'available')).toEqual([])
        expect([clock.pendingTimers, unhandled]).toEqual([0, []])
      },
      { schedules: 200 },
    )
  })

  it('leaves no timer behind after an abort', async () => {
    await exploreSchedules(async ({ clock, soon, random }) => {
      const policyClock = clockOfPolicies(clock)
      const breaker = breakerIn({ clock: policyClock, random }, Infinity)
      for (let failures = 0; failures < THRESHOLD; failures++) breaker.record('failure')
      const wait = (): Promise<void> => {
        const controller = new AbortController()
        void soon('abort of a wait', () => controller.abort())
        return breaker.whenAvailable({ signal: controller.signal })
      }

      await Promise.allSettled([wait(), wait()])

      expect(policyClock.pending).toBe(0)
    })
  })
})
