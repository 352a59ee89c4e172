import { AsyncLocalStorage } from 'node:async_hooks'
import { exploreSchedules } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'

describe('the clock of a schedule', () => {
  it('begins each schedule at the same times', async () => {
    const times = new Set<string>()

    await exploreSchedules(({ clock }) => times.add(`${clock.nowMs()} ${clock.epochMs()}`))

    expect([...times]).toEqual([`10000 ${Date.UTC(2030, 0, 1)}`])
  })

  it('never goes back, runs no timer early, and runs those of other times in order', async () => {
    await exploreSchedules(async ({ clock, soon, run, random }) => {
      let latestMs = clock.nowMs()
      let latestDueMs = 0
      const passes = (): void => {
        expect(clock.nowMs()).toBeGreaterThanOrEqual(latestMs)
        expect(clock.epochMs() - clock.nowMs()).toBe(Date.UTC(2030, 0, 1) - 10_000)
        latestMs = clock.nowMs()
      }
      for (let number = 0; number < 10; number++) {
        const dueMs = clock.nowMs() + 1 + random() * 300
        clock.setTimeout(() => {
          passes()
          expect(clock.nowMs()).toBeGreaterThanOrEqual(dueMs)
          expect(dueMs).toBeGreaterThanOrEqual(latestDueMs)
          latestDueMs = dueMs
        }, dueMs - clock.nowMs())
        void soon('work', passes)
      }

      await run()

      expect(latestDueMs).toBeGreaterThan(0)
    })
  })

  it('runs timers of the same time in every order', async () => {
    const orders = new Set<string>()

    await exploreSchedules(async ({ clock, run }) => {
      const ran: string[] = []
      for (const letter of ['a', 'b', 'c']) clock.setTimeout(() => ran.push(letter), 50)
      await run()
      orders.add(ran.join(''))
    })

    expect([...orders].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  })

  it('lets what is ready run before a timer, after it, late, and at the very time of it', async () => {
    const seen = new Set<string>()

    await exploreSchedules(async ({ clock, soon, run }) => {
      const beginMs = clock.nowMs()
      let hasTimerRun = false
      clock.setTimeout(() => {
        hasTimerRun = true
      }, 100)
      void soon('work', () => {
        const atMs = clock.nowMs() - beginMs
        seen.add(`${hasTimerRun ? 'after' : 'before'} the timer, ${Math.sign(atMs - 100)}`)
      })
      await run()
    })

    expect([...seen].toSorted()).toEqual([
      'after the timer, 0',
      'after the timer, 1',
      'before the timer, -1',
      'before the timer, 0',
      'before the timer, 1',
    ])
  })

  it('stalls at times: several timers are late then, and work may come between them', async () => {
    const seen = new Set<string>()

    await exploreSchedules(async ({ clock, soon, run }) => {
      const beginMs = clock.nowMs()
      const ran: string[] = []
      for (const delayMs of [100, 150, 200]) {
        clock.setTimeout(() => ran.push(clock.nowMs() - beginMs > 200 ? `late ${delayMs}` : 'punctual'), delayMs)
      }
      void soon('work', () => ran.push('work'))
      await run()
      seen.add(ran.join(', '))
    })

    expect(seen).toContain('late 100, late 150, late 200, work')
    expect(seen).toContain('late 100, work, late 150, late 200')
    expect(seen).toContain('work, punctual, punctual, punctual')
  })

  it('runs no timer that was cleared, and counts those that are left', async () => {
    await exploreSchedules(async ({ clock, soon, run }) => {
      const [kept, cleared] = [vi.fn(), vi.fn()]
      clock.setTimeout(kept, 10)
      const timer = clock.setTimeout(cleared, 10)
      clock.clearTimeout(timer)
      const pending = clock.pendingTimers
      void soon('work', () => {})

      await run()

      expect([pending, clock.pendingTimers]).toEqual([1, 0])
      expect([kept.mock.calls.length, cleared.mock.calls.length]).toEqual([1, 0])
    })
  })

  it.each([0, -5, 0.5, Number.NaN, 2 ** 31, Infinity])('runs a timer of %d ms after 1 ms', async delayMs => {
    const times = new Set<number>()

    await exploreSchedules(async ({ clock, run }) => {
      const beginMs = clock.nowMs()
      clock.setTimeout(() => times.add(clock.nowMs() - beginMs), delayMs)
      await run()
    })

    expect(Math.min(...times)).toBe(1)
  })

  it('runs timers and actions in the async context in which they were asked for', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen = new Set<string | undefined>()

    await exploreSchedules(async ({ clock, soon, run }) => {
      storage.run('timer', () => clock.setTimeout(() => seen.add(storage.getStore()), 10))
      void storage.run('action', () => soon('work', () => seen.add(storage.getStore())))
      await storage.run('runner', run)
    })

    expect(seen).toEqual(new Set(['action', 'timer']))
  })
})
