import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const broken = new Error('broken')

describe('virtualClock', () => {
  it('stands still until it is told to go on', async () => {
    const clock = virtualClock()
    const [nowMs, epochMs] = [clock.nowMs(), clock.epochMs()]

    await clock.settle()

    expect([clock.nowMs(), clock.epochMs()]).toEqual([nowMs, epochMs])
  })

  it('begins at the same times in each test, away from 0', () => {
    expect(virtualClock().nowMs()).toBe(10_000)
    expect(new Date(virtualClock().epochMs()).toISOString()).toBe('2030-01-01T00:00:00.000Z')
  })

  it('is not moved by another clock', async () => {
    const [clock, other] = [virtualClock(), virtualClock()]

    await other.advance(50)

    expect(clock.nowMs()).toBe(10_000)
  })

  it('leaves fake timers of others alone, and they leave it alone', async () => {
    const clock = virtualClock()
    const [ours, theirs] = [vi.fn(), vi.fn()]
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    setTimeout(theirs, 50)
    clock.setTimeout(ours, 50)

    await clock.advance(50)

    expect(ours).toHaveBeenCalledOnce()
    expect(theirs).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(clock.nowMs()).toBe(10_050)
  })
})

describe('advance', () => {
  it('moves both times on', async () => {
    const clock = virtualClock()
    const [nowMs, epochMs] = [clock.nowMs(), clock.epochMs()]

    await clock.advance(250)

    expect([clock.nowMs() - nowMs, clock.epochMs() - epochMs]).toEqual([250, 250])
  })

  it('runs a timer when its time has come, and once', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    clock.setTimeout(callback, 50)

    await clock.advance(49)
    expect(callback).not.toHaveBeenCalled()
    await clock.advance(1)
    await clock.advance(1_000)

    expect(callback).toHaveBeenCalledOnce()
  })

  it('shows each timer its own time', async () => {
    const clock = virtualClock()
    const times: number[] = []
    for (const delayMs of [30, 10, 20]) clock.setTimeout(() => times.push(clock.nowMs() - 10_000), delayMs)

    await clock.advance(100)

    expect(times).toEqual([10, 20, 30])
    expect(clock.nowMs()).toBe(10_100)
  })

  it('runs timers of the same time in the order in which they were set', async () => {
    const clock = virtualClock()
    const order: string[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) clock.setTimeout(() => order.push(name), 50)

    await clock.advance(50)

    expect(order).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('runs timers that timers set, when they come due in the same time', async () => {
    const clock = virtualClock()
    const times: number[] = []
    clock.setTimeout(() => {
      times.push(clock.nowMs() - 10_000)
      clock.setTimeout(() => times.push(clock.nowMs() - 10_000), 20)
      clock.setTimeout(() => times.push(clock.nowMs() - 10_000), 80)
    }, 30)

    await clock.advance(100)

    expect(times).toEqual([30, 50])
    expect(clock.pendingTimers).toBe(1)
  })

  it('lets promises settle before the first timer, between timers, and after the last', async () => {
    const clock = virtualClock()
    const log: string[] = []
    const later = async (word: string): Promise<void> => {
      for (let hop = 0; hop < 50; hop++) await Promise.resolve()
      log.push(word)
    }
    void later('before')
    for (const word of ['first', 'second']) {
      clock.setTimeout(() => {
        log.push(word)
        void later(`after ${word}`)
      }, 50)
    }

    await clock.advance(50)

    expect(log).toEqual(['before', 'first', 'after first', 'second', 'after second'])
  })

  it('runs what a promise sets, when that comes due in the same time', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    void Promise.resolve().then(() => clock.setTimeout(callback, 50))

    await clock.advance(50)

    expect(callback).toHaveBeenCalledOnce()
  })

  it('by 0 ms lets promises settle, and runs no timer', async () => {
    const clock = virtualClock()
    const [promise, timer] = [vi.fn(), vi.fn()]
    void Promise.resolve().then(promise)
    clock.setTimeout(timer, 0)

    await clock.advance(0)

    expect(promise).toHaveBeenCalledOnce()
    expect(timer).not.toHaveBeenCalled()
  })

  it('rejects with what a timer throws, and can go on', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    clock.setTimeout(() => {
      throw broken
    }, 10)
    clock.setTimeout(callback, 20)

    await expect(clock.advance(50)).rejects.toBe(broken)
    await clock.advance(10)

    expect(callback).toHaveBeenCalledOnce()
    expect(clock.nowMs()).toBe(10_020)
  })

  it.each([-1, Number.NaN, Infinity, -Infinity, undefined, '50'])('refuses %o', async ms => {
    const clock = virtualClock()

    await expect(clock.advance(ms as number)).rejects.toThrow(
      new RangeError(`virtualClock: advance takes milliseconds, at least 0, got ${ms}`),
    )
    expect(clock.nowMs()).toBe(10_000)
  })

  it('never takes time back, also when two of them overlap', async () => {
    const clock = virtualClock()

    await Promise.all([clock.advance(50), clock.advance(20)])

    expect(clock.nowMs()).toBe(10_050)
  })
})
