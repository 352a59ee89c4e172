import { type CircuitSnapshot, circuitBreaker } from '@holdfast/circuit-breaker'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'
import { isolated, overTheWire, snapshotAfter } from './snapshots.ts'

describe('snapshot of a circuit breaker', () => {
  it('tells that it is closed', () => {
    const snapshot = circuitBreaker().snapshot()

    expect(snapshot).toEqual({ version: 1, state: 'closed', openUntilEpochMs: null, trips: 0, reason: null })
  })

  it('tells by the wall clock until when it is open', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const openedAtMs = clock.epochMs()
    await fail(breaker)

    await clock.advance(400)
    const snapshot = breaker.snapshot()

    expect(snapshot).toEqual({
      version: 1,
      state: 'open',
      openUntilEpochMs: openedAtMs + 1_000,
      trips: 1,
      reason: null,
    })
  })

  it('tells of a half-open circuit that its open time is over', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_500)
    breaker.tryAcquire()?.ignore()

    const snapshot = breaker.snapshot()

    expect(snapshot).toMatchObject({ state: 'open', openUntilEpochMs: clock.epochMs(), trips: 1 })
  })

  it('tells the same of one whose probe has not come back yet', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_500)
    const probe = breaker.tryAcquire()

    const snapshot = breaker.snapshot()

    expect(snapshot).toMatchObject({ state: 'open', openUntilEpochMs: clock.epochMs(), trips: 1 })
    probe?.ignore()
  })

  it('tells no time of a circuit that is open without limit', async () => {
    const breaker = brittle(virtualClock(), { openMs: Infinity })
    await fail(breaker)

    const snapshot = breaker.snapshot()

    expect(snapshot).toMatchObject({ state: 'open', openUntilEpochMs: null })
  })

  it('tells the reason of an isolation', () => {
    const breaker = circuitBreaker()
    breaker.isolate({ reason: 'maintenance' })

    const snapshot = breaker.snapshot()

    expect(snapshot).toEqual({
      version: 1,
      state: 'isolated',
      openUntilEpochMs: null,
      trips: 0,
      reason: 'maintenance',
    })
  })

  it('tells an isolation without a reason', () => {
    const breaker = circuitBreaker()
    breaker.isolate()

    expect(breaker.snapshot()).toMatchObject({ state: 'isolated', reason: null })
  })

  it.each<[string, (clock: VirtualClock) => Promise<CircuitSnapshot>]>([
    ['closed', async clock => brittle(clock).snapshot()],
    ['open', async clock => snapshotAfter(clock, 400)],
    ['open without limit', async clock => snapshotAfter(clock, 400, { openMs: Infinity })],
    ['isolated', async clock => isolated(clock).snapshot()],
  ])('is the same again after a restore: %s', async (_, make) => {
    const clock = virtualClock()
    const snapshot = await make(clock)

    const openMs = snapshot.openUntilEpochMs === null ? Infinity : 1_000
    const restored = brittle(clock, { restore: overTheWire(snapshot), openMs }).snapshot()

    expect(restored).toEqual(snapshot)
  })
})
