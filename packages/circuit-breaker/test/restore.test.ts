import { observe, type PolicyEvent } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'
import { isolated, overTheWire, snapshotAfter } from './snapshots.ts'

describe('restore of a circuit breaker', () => {
  it('lets a probe through at once when the open time has passed meanwhile', async () => {
    const clock = virtualClock()
    const restore = await snapshotAfter(clock, 100)

    await clock.advance(3_600_000)
    const breaker = brittle(clock, { restore })
    const before = breaker.state
    await succeed(breaker)

    expect([before, breaker.state]).toEqual(['open', 'closed'])
  })

  it('tells who subscribes at once of an open time of 0 when it has passed meanwhile', async () => {
    const clock = virtualClock()
    const restore = await snapshotAfter(clock, 100)

    await clock.advance(3_600_000)
    const recording = record(brittle(clock, { restore }))
    await clock.settle()

    expect(recording.events).toMatchObject([{ type: 'circuit.opened', cause: 'restored', openMs: 0 }])
  })

  it('clamps what is left when the wall clocks differ', async () => {
    const clock = virtualClock()
    const restore = { ...(await snapshotAfter(clock, 0)), openUntilEpochMs: clock.epochMs() + 3_600_000 }

    const rejection = await rejectionOf(brittle(clock, { restore }).run(() => 'not called'))

    expect(rejection).toMatchObject({ retryAfterMs: 1_000 })
  })

  it('clamps to the open time after as many trips', async () => {
    const clock = virtualClock()
    const restore = { ...(await snapshotAfter(clock, 0)), trips: 3, openUntilEpochMs: clock.epochMs() + 3_600_000 }

    const breaker = brittle(clock, { restore, openMs: ({ trips }) => 100 * trips })
    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(rejection).toMatchObject({ retryAfterMs: 300 })
  })

  it('clamps the time of a circuit that was open without limit, where there is a limit now', async () => {
    const clock = virtualClock()
    const restore = await snapshotAfter(clock, 0, { openMs: Infinity })

    const rejection = await rejectionOf(brittle(clock, { restore }).run(() => 'not called'))

    expect(rejection).toMatchObject({ retryAfterMs: 1_000 })
  })

  it.each([Infinity, 2 ** 31])('leaves a circuit open without limit that was so with an openMs of %d', async openMs => {
    const clock = virtualClock()
    const restore = overTheWire(await snapshotAfter(clock, 0, { openMs }))

    const rejection = await rejectionOf(brittle(clock, { restore, openMs }).run(() => 'not called'))

    expect(rejection).toMatchObject({ retryAfterMs: Infinity })
  })

  it('goes on counting the trips', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: await snapshotAfter(clock, 1_000) })
    const recording = record(breaker)

    await fail(breaker)

    expect(recording.of('circuit.opened')).toMatchObject([
      { cause: 'restored', trips: 1 },
      { cause: 'probe', trips: 2 },
    ])
  })

  it('keeps an isolated circuit isolated, with its reason, until it is closed by hand', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: overTheWire(isolated(clock).snapshot()) })

    await clock.advance(3_600_000)
    const rejection = await rejectionOf(breaker.run(() => 'not called'))
    const { reason } = breaker.snapshot()
    breaker.close()
    const answer = await breaker.run(() => 'released')

    expect(rejection).toMatchObject({ isolated: true })
    expect(reason).toBe('maintenance')
    expect(answer).toBe('released')
  })

  it('starts closed, and counts, from a closed one', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: overTheWire(brittle(clock).snapshot()) })
    const before = breaker.state

    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('tells nothing of a closed one', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { restore: overTheWire(brittle(clock).snapshot()) })
    const recording = record(breaker)

    const unhandled = await unhandledRejectionsOf(() => clock.settle())

    expect(recording.events).toEqual([])
    expect(unhandled).toEqual([])
  })

  it.each(['open', 'isolated'] as const)('tells observers of a circuit that is %s from the start', async state => {
    const clock = virtualClock()
    const restore = { ...(await snapshotAfter(clock, 400)), state, reason: null }
    const events: PolicyEvent[] = []
    onTestFinished(observe({ event: event => events.push(event) }))

    brittle(clock, { restore })
    await clock.settle()

    const openMs = state === 'open' ? 600 : Infinity
    expect(events).toMatchObject([{ type: 'circuit.opened', cause: 'restored', trips: 1, openMs }])
  })
})
