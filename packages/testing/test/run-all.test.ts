import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'

const broken = new Error('broken')

describe('runAll', () => {
  it('goes from timer to timer until there are none', async () => {
    const clock = virtualClock()
    const times: number[] = []
    const again = (delayMs: number): void => {
      times.push(clock.nowMs() - 10_000)
      if (delayMs < 1_000) clock.setTimeout(() => again(delayMs * 10), delayMs)
    }
    clock.setTimeout(() => again(10), 1)

    await clock.runAll()

    expect(times).toEqual([1, 11, 111])
    expect([clock.pendingTimers, clock.nowMs()]).toEqual([0, 10_111])
  })

  it('lets promises settle, where there is no timer', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    void Promise.resolve().then(callback)

    await clock.runAll()

    expect(callback).toHaveBeenCalledOnce()
    expect(clock.nowMs()).toBe(10_000)
  })

  it('waits for timers that promises set', async () => {
    const clock = virtualClock()
    const callback = vi.fn()
    void Promise.resolve().then(() => clock.setTimeout(callback, 60_000))

    await clock.runAll()

    expect(callback).toHaveBeenCalledOnce()
  })

  it('rejects when there is no end of timers', async () => {
    const clock = virtualClock()
    const again = (): unknown => clock.setTimeout(again, 1)
    again()

    await expect(clock.runAll()).rejects.toThrow(new Error('virtualClock: 100000 timers have run, and more are set'))
  })

  it('rejects with what a timer throws', async () => {
    const clock = virtualClock()
    clock.setTimeout(() => {
      throw broken
    }, 10)

    await expect(clock.runAll()).rejects.toBe(broken)
  })
})
