import { circuitBreaker, failureRate, slowCallRate } from '@holdfast/circuit-breaker'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

const HOUR_MS = 3_600_000

describe('circuit breaker when its clock steps', () => {
  it('back an hour while open: stays open for the open time once more, and no longer', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(900)

    clock.jump(-HOUR_MS)
    const rejection = await rejectionOf(breaker.run(() => 'not called'))
    await clock.advance(1_000)
    const answer = await breaker.run(() => 'probe')

    expect(rejection).toMatchObject({ retryAfterMs: 1_000 })
    expect(answer).toBe('probe')
  })

  it('forward an hour while open: lets a probe through, and not a flood', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    clock.jump(HOUR_MS)
    const [probe, second] = [breaker.tryAcquire(), breaker.tryAcquire()]

    expect(probe).toBeDefined()
    expect(second).toBeUndefined()
    probe?.ignore()
  })

  it('back an hour: wakes those who wait for it after the open time once more', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const wakings: number[] = []
    await fail(breaker)

    const startMs = clock.nowMs() - HOUR_MS
    void breaker.whenAvailable().then(() => wakings.push(clock.nowMs() - startMs))
    clock.jump(-HOUR_MS)
    await clock.runAll()

    expect(wakings).toEqual([2_000])
    expect(clock.pendingTimers).toBe(0)
  })

  it('back an hour: still counts what is in the window, and lets it go in time', async () => {
    const clock = virtualClock()
    const trip = failureRate({ threshold: 0.1, windowMs: 1_000, minCalls: 3 })
    const [kept, aged] = [circuitBreaker({ clock, trip }), circuitBreaker({ clock, trip })]
    await fail(kept, 2)
    await fail(aged, 1)

    clock.jump(-HOUR_MS)
    await fail(kept)
    await fail(aged)
    await clock.advance(1_000)
    await fail(aged)

    expect([kept.state, aged.state]).toEqual(['open', 'closed'])
  })

  it('forward an hour: forgets the window', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: failureRate({ threshold: 0.1, windowMs: 1_000, minCalls: 3 }) })
    await fail(breaker, 2)

    clock.jump(HOUR_MS)
    await fail(breaker, 2)

    expect(breaker.state).toBe('closed')
  })

  it('back an hour during a probe: the limit of the probe stays what it was', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { halfOpen: { probeTimeoutMs: 500 } })
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(1_000)
    void breaker.tryAcquire()

    clock.jump(-HOUR_MS)
    await clock.advance(499)
    const before = breaker.state
    await clock.advance(1)

    expect([before, breaker.state]).toEqual(['halfOpen', 'open'])
    expect(recording.of('circuit.opened').at(-1)?.openMs).toBe(1_000)
  })

  it('so that it reads 0 as a call begins: measures the call all the same', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 1 }) })
    clock.jump(-clock.nowMs())

    const permit = breaker.tryAcquire()
    await clock.advance(101)
    permit?.success()

    expect(breaker.state).toBe('open')
  })

  it('by the wall only: does not notice', async () => {
    const clock = virtualClock()
    let correctionMs = 0
    const breaker = brittle({ ...clock, epochMs: () => clock.epochMs() + correctionMs })
    await fail(breaker)

    correctionMs = HOUR_MS
    const rejection = await rejectionOf(breaker.run(() => 'not called'))
    await clock.advance(1_000)
    await succeed(breaker)

    expect(rejection).toMatchObject({ retryAfterMs: 1_000 })
    expect(breaker.state).toBe('closed')
  })
})
