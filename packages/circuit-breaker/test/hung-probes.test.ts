import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { globalTimersOf } from '@holdfast/fixtures/global-timers'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe.each(placements)('a probe that hangs, $place', ({ put }) => {
  it('counts as a failure at its limit, and not before', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })
    await fail(breaker)
    await clock.advance(1_000)

    const probe = begin(put(breaker, clock))
    await clock.advance(499)
    const before = breaker.state
    await clock.advance(1)

    expect([before, breaker.state]).toEqual(['halfOpen', 'open'])
    await probe.succeed()
  })
})

describe('a probe that hangs', () => {
  it('has 30 s by default', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)

    const probe = begin(breaker)
    await clock.advance(29_999)
    const before = breaker.state
    await clock.advance(1)

    expect([before, breaker.state]).toEqual(['halfOpen', 'open'])
    await probe.succeed()
  })

  it('frees its place, so that the circuit does not stay half-open for ever', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500, failureThreshold: 2 } })
    await fail(breaker)
    await clock.advance(1_000)

    const hung = begin(breaker)
    await clock.advance(500)
    await succeed(breaker)

    expect(breaker.state).toBe('closed')
    await hung.fail()
    expect(breaker.state).toBe('closed')
  })

  it('still answers its caller, and its late result counts nothing', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(1_000)

    const hung = begin(breaker)
    await clock.advance(500)
    const answer = await hung.succeed()

    expect(answer).toBe('up')
    expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.opened'])
  })

  it('does not free the place of the probe that came after it when it ends', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500, failureThreshold: 9 } })
    await fail(breaker)
    await clock.advance(1_000)
    const hung = begin(breaker)
    await clock.advance(500)

    const next = begin(breaker)
    await hung.fail()
    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    await next.succeed()
  })

  it.each([Infinity, 2 ** 31])('has no limit and no timer with a probeTimeoutMs of %d', async probeTimeoutMs => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs } })
    await fail(breaker)
    await clock.advance(1_000)

    const probe = begin(breaker)

    expect(clock.pendingTimers).toBe(0)
    await probe.succeed()
  })

  it('holds no process', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(1), openMs: 0 })
    await fail(breaker)

    const timers = globalTimersOf(() => void breaker.tryAcquire())

    expect(timers.map(timer => timer.hasRef())).toEqual([false])
    for (const timer of timers) clearTimeout(timer)
  })

  it('reports a trip strategy that throws at its limit, and frees its place', async () => {
    const clock = virtualClock()
    const error = new Error('strategy is broken')
    const fault = vi.fn()
    onTestFinished(observe({ fault }))
    const failsProbe = (): never => {
      throw error
    }
    const trip = () => ({ record: () => true, reset: () => {}, failsProbe })
    const breaker = brittle(clock, { name: 'catalogue', trip, halfOpen: { probeTimeoutMs: 500 } })
    await fail(breaker)
    await clock.advance(1_000)

    breaker.tryAcquire()
    await clock.advance(500)

    expect(fault).toHaveBeenCalledExactlyOnceWith({ error, source: 'the trip strategy of catalogue' })
    expect(breaker.tryAcquire()).toBeDefined()
  })

  it('has a limit as a permit, too', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })
    await fail(breaker)
    await clock.advance(1_000)

    const permit = breaker.tryAcquire()
    await clock.advance(500)
    permit?.success()

    expect(breaker.state).toBe('open')
  })

  it('has no limit while the circuit is closed', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })

    const call = begin(breaker)
    await clock.advance(3_600_000)

    expect(breaker.state).toBe('closed')
    await call.succeed()
  })

  it('changes nothing at its limit when the circuit was closed by hand meanwhile', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })
    await fail(breaker)
    await clock.advance(1_000)
    const hung = begin(breaker)

    breaker.close()
    await clock.advance(500)

    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
    await hung.fail()
    expect(breaker.state).toBe('closed')
  })
})
