import { systemClock } from '@holdfast/core'
import { isUnlimited, startTimer, unref } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { passing } from './layers.ts'

describe('systemClock', () => {
  afterEach(() => void vi.useRealTimers())

  it('reads the clocks of the platform', () => {
    vi.useFakeTimers({ now: Date.UTC(2030, 0, 1), toFake: ['Date', 'performance'] })

    expect(systemClock.nowMs()).toBe(performance.now())
    expect(systemClock.epochMs()).toBe(Date.UTC(2030, 0, 1))
  })

  it('uses timers that were faked after the policy was made', async () => {
    const policy = passing()
    vi.useFakeTimers()

    const answer = policy.run(() => new Promise(() => {}), { timeoutMs: 800 })
    vi.advanceTimersByTime(799)
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(1)

    await expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('clears timers', async () => {
    vi.useFakeTimers()

    await passing().run(() => 'up', { timeoutMs: 800 })

    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells time that passes', () => {
    vi.useFakeTimers()
    const [nowMs, epochMs] = [systemClock.nowMs(), systemClock.epochMs()]

    vi.advanceTimersByTime(250)

    expect(systemClock.nowMs() - nowMs).toBe(250)
    expect(systemClock.epochMs() - epochMs).toBe(250)
  })
})

describe('isUnlimited', () => {
  it.each([
    [0, false],
    [2 ** 31 - 1, false],
    [2 ** 31 - 0.5, true],
    [2 ** 31, true],
    [Infinity, true],
  ])('says of %d ms: %s', (ms, expected) => {
    expect(isUnlimited(ms)).toBe(expected)
  })
})

describe('startTimer', () => {
  it('calls back once the time has passed', async () => {
    const clock = virtualClock()
    const callback = vi.fn()

    const timer = startTimer(clock, callback, 50)
    await clock.advance(100)

    expect(timer).toBeDefined()
    expect(callback).toHaveBeenCalledOnce()
  })

  it.each([Infinity, 2 ** 31])('sets no timer for %d ms', delayMs => {
    const clock = virtualClock()

    const timer = startTimer(clock, () => {}, delayMs)

    expect(timer).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('unref', () => {
  it('lets the process end although a timer is pending', () => {
    const timer = setTimeout(() => {}, 60_000)

    unref(timer)

    expect(timer.hasRef()).toBe(false)
    clearTimeout(timer)
  })

  it.each([
    ['a number, as in browsers', 5],
    ['no timer', undefined],
    ['a timer of a virtual clock', virtualClock().setTimeout(() => {}, 50)],
  ])('leaves %s alone', (_, timer) => {
    expect(() => unref(timer)).not.toThrow()
  })
})
