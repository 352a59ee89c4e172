import { isHoldfastError } from '@holdfast/core'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { abortListeners } from './abort-listeners.ts'
import { brittle, fail } from './brittle.ts'
import { rejectionOf } from './rejection-of.ts'

/** Whether a promise has resolved, when asked. */
function resolutionOf(promise: Promise<unknown>): { isThere: boolean } {
  const resolution = { isThere: false }
  void promise.then(() => {
    resolution.isThere = true
  })
  return resolution
}

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

  it('rejects at once with the reason of the signal, and leaves nothing behind', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const reason = new Error('enough')
    await fail(breaker)

    const rejection = rejectionOf(breaker.whenAvailable({ signal: controller.signal }))
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(abortListeners(controller.signal)).toBe(0)
  })

  it('leaves the others waiting when one of them is aborted', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    await fail(breaker)

    const resolution = resolutionOf(breaker.whenAvailable())
    const rejection = rejectionOf(breaker.whenAvailable({ signal: controller.signal }))
    controller.abort(new Error('enough'))
    await Promise.all([rejection, clock.advance(1_000)])

    expect(resolution.isThere).toBe(true)
  })

  it('rejects with the reason of a signal that has aborted already', async () => {
    const reason = new Error('enough')

    const rejection = await rejectionOf(brittle(virtualClock()).whenAvailable({ signal: AbortSignal.abort(reason) }))

    expect(rejection).toBe(reason)
  })

  it('leaves no listener on the signal when it resolves', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const { signal } = new AbortController()
    await fail(breaker)

    const available = breaker.whenAvailable({ signal })
    await clock.advance(1_000)
    await available

    expect(abortListeners(signal)).toBe(0)
  })

  it('rejects with a TimeoutError when its limit passes first', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    const rejection = rejectionOf(breaker.whenAvailable({ timeoutMs: 100 }))
    await clock.advance(100)

    expect(isHoldfastError(await rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
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
