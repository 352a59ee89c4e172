import { type CircuitBreaker, circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe.each(placements)('circuit breaker, isolated, $place', ({ put }) => {
  it('rejects all calls until it is closed by hand', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { name: 'catalogue' })
    const policy = put(breaker, clock)

    breaker.isolate()
    await clock.advance(2 ** 40)
    const rejection = await rejectionOf(policy.run(() => 'not called'))
    breaker.close()
    const answer = await policy.run(() => 'called')

    expect(rejection).toMatchObject({
      message: 'catalogue: circuit is isolated until it is closed by hand',
      code: 'ERR_HOLDFAST_CIRCUIT_OPEN',
      retryAfterMs: Infinity,
      isolated: true,
    })
    expect(answer).toBe('called')
  })
})

describe('circuit breaker by hand', () => {
  it('tells when it is isolated and closed, with the reasons', () => {
    const breaker = circuitBreaker({ clock: virtualClock() })
    const recording = record(breaker)

    breaker.isolate({ reason: 'maintenance' })
    breaker.close({ reason: 'all clear' })

    expect(recording.events).toMatchObject([
      { type: 'circuit.opened', cause: 'isolated', openMs: Infinity, trips: 0, reason: 'maintenance' },
      { type: 'circuit.closed', cause: 'manual', reason: 'all clear' },
    ])
  })

  it('tells no reason when none is given', () => {
    const breaker = circuitBreaker({ clock: virtualClock() })
    const recording = record(breaker)

    breaker.isolate()
    breaker.close({ reason: undefined })

    expect(recording.events.map(event => 'reason' in event && event.reason)).toEqual([undefined, undefined])
  })

  it('keeps 120 characters of a reason, without control characters', () => {
    const breaker = circuitBreaker({ clock: virtualClock() })
    const recording = record(breaker)

    breaker.isolate({ reason: `a\u0000\n\u001b[31mb${'c'.repeat(500)}` })

    expect(recording.of('circuit.opened')[0]?.reason).toBe(`a[31mb${'c'.repeat(111)}`)
  })

  it.each<[string, (breaker: CircuitBreaker) => void]>([
    ['isolates', breaker => breaker.isolate({ reason: 3 as never })],
    ['closes', breaker => breaker.close({ reason: 3 as never })],
  ])('throws when somebody %s it with a reason that is no text', (_, act) => {
    const breaker = circuitBreaker({ name: 'catalogue' })

    expect(() => act(breaker)).toThrow(new TypeError('catalogue: reason must be a string, got 3'))
    expect(breaker.state).toBe('closed')
  })

  it('throws for what it does not know', () => {
    const breaker = circuitBreaker({ name: 'catalogue' })

    expect(() => breaker.isolate({ why: 'maintenance' } as never)).toThrow(
      new TypeError('catalogue: unknown option "why", expected one of reason'),
    )
  })

  it('tells nothing when it is closed already, and forgets what it counted', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })
    const recording = record(breaker)

    await fail(breaker)
    breaker.close()
    await fail(breaker)

    expect(breaker.state).toBe('closed')
    expect(recording.events).toEqual([])
  })

  it('closes while half-open, and the probe decides nothing any more', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)
    const probe = begin(breaker)

    breaker.close()
    await probe.fail()

    expect(breaker.state).toBe('closed')
  })

  it('forgets how often it has opened', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(1_000)
    await fail(breaker)

    breaker.close()
    await fail(breaker)

    expect(recording.of('circuit.opened').map(({ trips }) => trips)).toEqual([1, 2, 1])
  })

  it('is isolated while open, and no open time ends that', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    breaker.isolate()
    await clock.advance(1_000)
    await fail(breaker)

    expect(breaker.state).toBe('isolated')
  })

  it('is isolated while half-open, and no probe ends that', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)
    const probe = begin(breaker)

    breaker.isolate()
    await probe.succeed()

    expect(breaker.state).toBe('isolated')
  })

  it('takes the latest reason when it is isolated twice', () => {
    const breaker = circuitBreaker({ clock: virtualClock() })

    breaker.isolate({ reason: 'maintenance' })
    breaker.isolate({ reason: 'incident' })

    expect(breaker.snapshot().reason).toBe('incident')
  })

  it('lets calls that run go on when it is isolated', async () => {
    const breaker = circuitBreaker({ clock: virtualClock() })
    const call = begin(breaker)

    breaker.isolate()
    const answer = await call.succeed()

    expect(answer).toBe('up')
  })

  it('starts without counts after an isolation', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })
    await fail(breaker)

    breaker.isolate()
    breaker.close()
    await fail(breaker)
    const before = breaker.state
    await succeed(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'closed'])
  })
})
