import { eventLoopLag } from '@holdfast/lifecycle'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from './open-server.ts'

/** A clock whose timers come late, as those of a busy process do. */
function busyClock() {
  const clock = virtualClock()
  let lateMs = 0
  const busy = {
    ...clock,
    nowMs: () => clock.nowMs(),
    epochMs: () => clock.epochMs(),
    clearTimeout: (timer: unknown) => clock.clearTimeout(timer),
    setTimeout: (callback: () => void, delayMs: number) => clock.setTimeout(callback, delayMs + lateMs),
  }
  return {
    clock: busy,
    lateBy: (ms: number) => {
      lateMs = ms
    },
    advance: (ms: number) => clock.advance(ms),
    pendingTimers: () => clock.pendingTimers,
  }
}

describe('the lag of the event loop', () => {
  it('is 0 while timers come in time', async () => {
    const { clock, advance } = busyClock()
    const lag = eventLoopLag({ clock })

    await advance(1_000)

    expect(lag.lagMs).toBe(0)
  })

  it('nears what timers are late by, while they are', async () => {
    const { clock, advance, lateBy } = busyClock()
    lateBy(200)
    const lag = eventLoopLag({ clock })

    await advance(5_000)

    expect(Math.round(lag.lagMs)).toBe(200)
  })

  it('shows little of one short pause', async () => {
    const { clock, advance, lateBy } = busyClock()
    lateBy(50)
    const lag = eventLoopLag({ clock })
    lateBy(0)

    await advance(70)

    expect(lag.lagMs).toBeGreaterThan(0)
    expect(lag.lagMs).toBeLessThan(10)
  })

  it('is forgotten when the loop is in time again', async () => {
    const { clock, advance, lateBy } = busyClock()
    lateBy(2_000)
    const lag = eventLoopLag({ clock })
    lateBy(0)
    await advance(2_020)
    const during = lag.lagMs

    await advance(5_000)

    expect(Math.round(during)).toBeGreaterThan(1_900)
    expect(Math.round(lag.lagMs)).toBe(0)
  })

  it('tells of a delay before its own timer comes', async () => {
    const { clock, advance, lateBy } = busyClock()
    lateBy(10_000)
    const lag = eventLoopLag({ clock })

    await advance(2_000)

    expect(lag.lagMs).toBeGreaterThan(1_900)
  })

  it('measures no more when it is closed', async () => {
    const { clock, advance, pendingTimers } = busyClock()
    const lag = eventLoopLag({ clock })

    lag.close()
    await advance(10_000)

    expect([lag.lagMs, pendingTimers()]).toEqual([0, 0])
  })

  it('is measured of the real loop, and falls after it was blocked', async () => {
    const lag = eventLoopLag({ windowMs: 100 })
    onTestFinished(lag.close)

    const endMs = performance.now() + 300
    while (performance.now() < endMs);
    const blocked = lag.lagMs

    expect(blocked).toBeGreaterThan(200)
    await eventually(() => expect(lag.lagMs).toBeLessThan(blocked / 4))
  })

  it.each([
    [{ windowMs: 99 }, 'eventLoopLag: windowMs must be a number of milliseconds, at least 100, got 99'],
    [{ windowMs: Infinity }, /^eventLoopLag: windowMs must be/],
    [{ sampleMs: 0 }, /^eventLoopLag: sampleMs must be/],
    [{ window: 1 }, /^eventLoopLag: .*window/],
  ])('refuses %j', (options, message) => {
    expect(() => eventLoopLag(options as never)).toThrow(message)
  })
})
