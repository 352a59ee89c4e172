import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'
import { resolutionOf } from './resolution.ts'

describe('whenAvailable of a circuit breaker', () => {
  it('resolves at once while the circuit is closed', async () => {
    const clock = virtualClock()

    const answer = await brittle(clock).whenAvailable()

    expect(answer).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })

  it('resolves when the open time ends, and not before, without changing the state', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    const resolution = resolutionOf(breaker.whenAvailable())
    await clock.advance(999)
    const before = resolution.isThere
    await clock.advance(1)

    expect([before, resolution.isThere]).toEqual([false, true])
    expect(breaker.state).toBe('open')
  })

  it('resolves at once when the open time is over', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)

    await breaker.whenAvailable()

    expect(breaker.state).toBe('open')
  })

  it('waits for a place while half-open, without a timer of its own', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)
    const probe = breaker.tryAcquire()
    const timersOfProbe = clock.pendingTimers

    const resolution = resolutionOf(breaker.whenAvailable())
    await clock.settle()
    const before = resolution.isThere
    const timers = clock.pendingTimers
    probe?.ignore()
    await clock.settle()

    expect([before, resolution.isThere]).toEqual([false, true])
    expect(timers).toBe(timersOfProbe)
  })

  it('resolves at once while half-open with a place left', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probes: 2 } })
    await fail(breaker)
    await clock.advance(1_000)
    const probe = breaker.tryAcquire()

    await breaker.whenAvailable()

    expect(breaker.state).toBe('halfOpen')
    probe?.ignore()
  })

  it('waits for the next open time when the probe fails', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)
    const probe = breaker.tryAcquire()
    const resolution = resolutionOf(breaker.whenAvailable())

    probe?.failure()
    await clock.advance(999)
    const before = resolution.isThere
    await clock.advance(1)

    expect([before, resolution.isThere]).toEqual([false, true])
  })

  it('resolves when the probe that hangs has passed its limit', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500, failureThreshold: 2 } })
    await fail(breaker)
    await clock.advance(1_000)
    void breaker.tryAcquire()

    const resolution = resolutionOf(breaker.whenAvailable())
    await clock.advance(500)

    expect(resolution.isThere).toBe(true)
  })

  it('waits until an isolated circuit is closed by hand', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    breaker.isolate()

    const resolution = resolutionOf(breaker.whenAvailable())
    await clock.advance(3_600_000)
    const before = resolution.isThere
    breaker.close()
    await clock.settle()

    expect([before, resolution.isThere]).toEqual([false, true])
    expect(clock.pendingTimers).toBe(0)
  })

  it('goes on waiting when the circuit is isolated meanwhile', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    const resolution = resolutionOf(breaker.whenAvailable())
    breaker.isolate()
    await clock.advance(1_000)

    expect(resolution.isThere).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  it('wakes all who wait, with one timer for all of them and none left', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    const resolutions = Array.from({ length: 1_000 }, () => resolutionOf(breaker.whenAvailable()))
    const timers = clock.pendingTimers
    await clock.advance(1_000)

    expect(timers).toBe(1)
    expect(resolutions.every(({ isThere }) => isThere)).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  it('sets no timer for those that it has woken when the circuit opens again', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    const available = breaker.whenAvailable()
    await clock.advance(1_000)
    await available

    await fail(breaker)

    expect(breaker.state).toBe('open')
    expect(clock.pendingTimers).toBe(0)
  })

  it('tells no events', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const recording = record(breaker)
    await fail(breaker)

    const available = breaker.whenAvailable()
    await clock.advance(1_000)
    await available

    expect(recording.types).toEqual(['circuit.opened'])
  })
})
