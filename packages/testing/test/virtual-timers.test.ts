import { AsyncLocalStorage } from 'node:async_hooks'
import { countCollected, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

describe('a timer of a virtualClock', () => {
  it.each([0, -5, 0.5, Number.NaN, 2 ** 31, Infinity, -Infinity])(
    'of %d ms runs after 1 ms, as on the platform',
    async delayMs => {
      const clock = virtualClock()
      const callback = vi.fn()
      clock.setTimeout(callback, delayMs)

      expect(callback).not.toHaveBeenCalled()
      await clock.advance(1)

      expect(callback).toHaveBeenCalledOnce()
    },
  )

  it('of 2^31-1 ms runs after that time', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    clock.setTimeout(callback, 2 ** 31 - 1)

    await clock.advance(2 ** 31 - 2)
    expect(callback).not.toHaveBeenCalled()
    await clock.advance(1)

    expect(callback).toHaveBeenCalledOnce()
  })

  it('does not run once it is cleared', async () => {
    const clock = virtualClock()
    const [cleared, other] = [vi.fn(), vi.fn()]
    const timer = clock.setTimeout(cleared, 50)
    clock.setTimeout(other, 50)

    clock.clearTimeout(timer)
    await clock.advance(50)

    expect(cleared).not.toHaveBeenCalled()
    expect(other).toHaveBeenCalledOnce()
  })

  it('can be cleared by one that runs at the same time', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    clock.setTimeout(() => clock.clearTimeout(second), 50)
    const second = clock.setTimeout(callback, 50)

    await clock.advance(50)

    expect(callback).not.toHaveBeenCalled()
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a timer of the platform', 5],
  ])('is not touched when %s is cleared', (_, timer) => {
    const clock = virtualClock()
    clock.setTimeout(() => {}, 50)

    clock.clearTimeout(timer)

    expect(clock.pendingTimers).toBe(1)
  })

  it('runs in the async context in which it was set, not in that of who advances the clock', async () => {
    const clock = virtualClock()
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    for (const caller of ['first', 'second']) {
      storage.run(caller, () => clock.setTimeout(() => seen.push(storage.getStore()), 50))
    }

    await storage.run('advancing', () => clock.advance(50))

    expect(seen).toEqual(['first', 'second'])
  })

  it('is pending until it has run or is cleared', async () => {
    const clock = virtualClock()
    const timers = [10, 20, 30].map(delayMs => clock.setTimeout(() => {}, delayMs))
    expect(clock.pendingTimers).toBe(3)

    await clock.advance(10)
    expect(clock.pendingTimers).toBe(2)
    for (const timer of [...timers, ...timers]) clock.clearTimeout(timer)

    expect(clock.pendingTimers).toBe(0)
  })
})

describe('timers', () => {
  it('run in the order of a list that is sorted by time', async () => {
    const step = fc.oneof(
      fc.record({ delayMs: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ clear: fc.nat({ max: 100 }) }),
      fc.record({ advanceMs: fc.nat({ max: 15 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async steps => {
        const clock = virtualClock()
        const ran: number[] = []
        const expected: number[] = []
        const set: unknown[] = []
        let list: { readonly number: number; readonly atMs: number }[] = []

        const run = async (advanceMs: number): Promise<void> => {
          await clock.advance(advanceMs)
          const due = list.filter(({ atMs }) => atMs <= clock.nowMs())
          expected.push(...due.toSorted((a, b) => a.atMs - b.atMs).map(({ number }) => number))
          list = list.filter(timer => !due.includes(timer))
        }
        for (const one of steps) {
          if ('advanceMs' in one) await run(one.advanceMs)
          else if ('clear' in one) {
            clock.clearTimeout(set[one.clear])
            list = list.filter(({ number }) => number !== one.clear)
          } else {
            const number = set.length
            set.push(clock.setTimeout(() => ran.push(number), one.delayMs))
            list.push({ number, atMs: clock.nowMs() + one.delayMs })
          }
          expect(clock.pendingTimers).toBe(list.length)
          expect(ran).toEqual(expected)
        }
        await run(100)
        expect(ran).toEqual(expected)
      }),
    )
  })
})

describe('jump', () => {
  it.each([3_600_000, -3_600_000])('sets both times by %d ms', ms => {
    const clock = virtualClock()
    const [nowMs, epochMs] = [clock.nowMs(), clock.epochMs()]

    clock.jump(ms)

    expect([clock.nowMs() - nowMs, clock.epochMs() - epochMs]).toEqual([ms, ms])
  })

  it.each([3_600_000, -3_600_000])('by %d ms runs no timer, and leaves timers their distance', async ms => {
    const clock = virtualClock()
    const callback = vi.fn()
    clock.setTimeout(callback, 50)

    clock.jump(ms)
    await clock.advance(49)
    expect(callback).not.toHaveBeenCalled()
    await clock.advance(1)

    expect(callback).toHaveBeenCalledOnce()
  })

  it('adds to what was jumped before', async () => {
    const clock = virtualClock()

    clock.jump(500)
    await clock.advance(50)
    clock.jump(-200)

    expect(clock.nowMs()).toBe(10_350)
  })

  it.each([Number.NaN, Infinity])('refuses %d, after which there would be no time any more', ms => {
    const clock = virtualClock()

    expect(() => clock.jump(ms)).toThrow(RangeError)

    expect(clock.nowMs()).toBe(10_000)
  })

  it('holds nothing of what a timer would have called that was cleared', async () => {
    const clock = virtualClock()
    clock.setTimeout(() => {}, 1)
    const reference = (() => {
      const held = { of: 'the callback' }
      clock.clearTimeout(clock.setTimeout(() => held, 1_000))
      return new WeakRef(held)
    })()

    expect(await countCollected([reference])).toBe(1)
  })
})
