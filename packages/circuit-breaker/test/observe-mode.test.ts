import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe.each(placements)('circuit breaker in mode observe, $place', ({ put }) => {
  it('never rejects, and tells what it would have rejected', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { mode: 'observe' })
    const policy = put(breaker, clock)
    const recording = record(breaker)
    await fail(policy)

    await clock.advance(400)
    const answer = await policy.run(() => 'passed')

    expect(answer).toBe('passed')
    expect(recording.events).toMatchObject([
      { type: 'circuit.opened', cause: 'tripped' },
      { type: 'circuit.rejected', mode: 'observe', retryAfterMs: 600 },
    ])
  })
})

describe('circuit breaker in mode observe', () => {
  it('goes through the same states, with the same events', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { mode: 'observe' })
    const recording = record(breaker)

    await fail(breaker)
    await clock.advance(1_000)
    await fail(breaker)
    await clock.advance(1_000)
    await succeed(breaker)

    expect(breaker.state).toBe('closed')
    expect(recording.types).toEqual([
      'circuit.opened',
      'circuit.halfOpened',
      'circuit.opened',
      'circuit.halfOpened',
      'circuit.closed',
    ])
  })

  it('counts nothing of the calls that it would have rejected', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { mode: 'observe' })
    await fail(breaker)
    await clock.advance(1_000)

    const probe = begin(breaker)
    await fail(breaker, 3)
    const during = breaker.state
    await probe.succeed()

    expect([during, breaker.state]).toEqual(['halfOpen', 'closed'])
  })

  it('lets calls through while it is isolated', async () => {
    const breaker = brittle(virtualClock(), { mode: 'observe' })
    const recording = record(breaker)

    breaker.isolate({ reason: 'maintenance' })
    const answer = await breaker.run(() => 'passed')

    expect(answer).toBe('passed')
    expect(recording.events).toMatchObject([
      { type: 'circuit.opened', cause: 'isolated' },
      { type: 'circuit.rejected', retryAfterMs: Infinity },
    ])
  })

  it('gives permits while it is open, that count nothing', async () => {
    const breaker = brittle(virtualClock(), { mode: 'observe' })
    await fail(breaker)

    const permit = breaker.tryAcquire()
    permit?.success()

    expect(permit).toBeDefined()
    expect(breaker.state).toBe('open')
  })

  it('is available while it is open', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { mode: 'observe' })
    await fail(breaker)
    let isAvailable = false

    void breaker.whenAvailable().then(() => {
      isAvailable = true
    })
    await clock.settle()

    expect(isAvailable).toBe(true)
  })
})
