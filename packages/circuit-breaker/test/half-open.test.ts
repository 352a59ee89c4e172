import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { fail, succeed } from './brittle.ts'
import { recovering } from './recovering.ts'

describe.each(placements)('circuit breaker, half-open, $place', ({ put }) => {
  it('lets one probe through by default, and rejects the others at once', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {}, { name: 'catalogue' })
    const policy = put(breaker, clock)

    const probe = begin(policy)
    const rejection = await rejectionOf(policy.run(() => 'not called'))

    expect(rejection).toMatchObject({
      message: 'catalogue: circuit is half-open, all probes are taken',
      retryAfterMs: 0,
      isolated: false,
    })
    expect(breaker.state).toBe('halfOpen')
    expect(await probe.succeed()).toBe('up')
  })

  it('closes when the probe succeeds', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {})

    await succeed(put(breaker, clock))

    expect(breaker.state).toBe('closed')
  })

  it('opens again when the probe fails', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {})

    await fail(put(breaker, clock))

    expect(breaker.state).toBe('open')
  })
})

describe('circuit breaker, half-open', () => {
  it('tells the transitions in order', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {})
    const recording = record(breaker)

    await fail(breaker)
    await clock.advance(1_000)
    const probe = begin(breaker)
    await fail(breaker)
    await probe.succeed()

    expect(recording.events).toMatchObject([
      { type: 'circuit.halfOpened' },
      { type: 'circuit.opened', cause: 'probe', trips: 2, openMs: 1_000 },
      { type: 'circuit.halfOpened' },
      { type: 'circuit.rejected', retryAfterMs: 0 },
      { type: 'circuit.closed', cause: 'probe', reason: undefined },
    ])
  })

  it('lets as many probes through at once as it is told, and not one more', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: 3 })

    const probes = [begin(breaker), begin(breaker), begin(breaker)]
    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    await Promise.all(probes.map(probe => probe.succeed()))
  })

  it('lets any number of probes through with probes of Infinity', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: Infinity, successThreshold: 100 })

    const probes = Array.from({ length: 100 }, () => begin(breaker))
    const answers = await Promise.all(probes.map(probe => probe.succeed()))

    expect(new Set(answers)).toEqual(new Set(['up']))
    expect(breaker.state).toBe('closed')
  })

  it('lets probes through one after the other until enough have succeeded', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: 1, successThreshold: 3 })

    await succeed(breaker, 2)
    const before = breaker.state
    await succeed(breaker)

    expect([before, breaker.state]).toEqual(['halfOpen', 'closed'])
  })

  it('opens again only when enough probes have failed', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { successThreshold: 2, failureThreshold: 2 })

    await fail(breaker)
    await succeed(breaker)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['halfOpen', 'open'])
  })

  it('counts probes from 0 again each time it becomes half-open', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { successThreshold: 2, failureThreshold: 2 })
    await succeed(breaker)
    await fail(breaker, 2)

    await clock.advance(1_000)
    await fail(breaker)
    await succeed(breaker)
    const before = breaker.state
    await succeed(breaker)

    expect([before, breaker.state]).toEqual(['halfOpen', 'closed'])
  })

  it('starts to count anew once it has closed', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {})
    await succeed(breaker)

    await fail(breaker)

    expect(breaker.state).toBe('open')
  })

  it('leaves no timer behind when its probes have ended', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, { probes: 2, successThreshold: 2 })
    const probes = [begin(breaker), begin(breaker)]

    const during = clock.pendingTimers
    await Promise.all(probes.map(probe => probe.succeed()))

    expect([during, clock.pendingTimers]).toEqual([2, 0])
  })
})
