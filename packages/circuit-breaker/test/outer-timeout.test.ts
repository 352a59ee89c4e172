import { slowCallRate } from '@holdfast/circuit-breaker'
import { observe, pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { brittle, fail } from './brittle.ts'
import { waiting } from './waiting.ts'

describe.each(placements)('circuit breaker inside a timeout, $place', ({ put }) => {
  it('counts a failure at once when the call had the whole limit without an answer', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = pipeline(cutting({ limitMs: 800, clock }), put(breaker, clock))

    const rejection = rejectionOf(policy.run(scripted([hangs({ isDeaf: true })], { clock })))
    await clock.advance(799)
    const before = breaker.state
    await clock.advance(1)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
  })

  it('counts a failure when the call had exactly half of the limit', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = pipeline(cutting({ limitMs: 800, clock }), waiting({ ms: 400, clock }), put(breaker, clock))

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('open')
  })

  it('counts nothing when the call had less than half of the limit', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = pipeline(cutting({ limitMs: 800, clock }), waiting({ ms: 401, clock }), put(breaker, clock))

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('closed')
  })
})

describe('circuit breaker inside a timeout', () => {
  it('takes the half of the timeout that ended the call, not of the one further out', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = pipeline(cutting({ limitMs: 10_000, clock }), cutting({ limitMs: 800, clock }), breaker)

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('open')
  })

  it('opens again when a probe had at least half of the limit', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)

    const rejection = rejectionOf(
      pipeline(cutting({ limitMs: 800, clock }), breaker).run(scripted([hangs()], { clock })),
    )
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('open')
    expect(clock.pendingTimers).toBe(0)
  })

  it('stays half-open when a probe was merely cut short', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    await clock.advance(1_000)
    const policy = pipeline(cutting({ limitMs: 800, clock }), waiting({ ms: 500, clock }), breaker)

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('halfOpen')
    expect(clock.pendingTimers).toBe(0)
  })

  it('counts nothing when the timeout passes inside the operation of a call further out, and the work answers in time', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = pipeline(cutting({ limitMs: 800, clock }), breaker)

    const answer = policy.run(scripted([resolves('ok', { afterMs: 799 })], { clock }))
    await clock.advance(800)

    expect(await answer).toBe('ok')
    expect(breaker.state).toBe('closed')
  })

  it('counts nothing of what the work brings later', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const recording = record(breaker)
    const policy = pipeline(cutting({ limitMs: 800, clock }), breaker)

    const rejection = rejectionOf(policy.run(scripted([resolves('late', { afterMs: 900, isDeaf: true })], { clock })))
    await clock.advance(800)
    await rejection
    breaker.close()
    await clock.advance(100)

    expect(recording.types).toEqual(['circuit.opened', 'circuit.closed'])
  })

  it('reports a trip strategy that throws then', async () => {
    const clock = virtualClock()
    const error = new Error('strategy is broken')
    const fault = vi.fn()
    onTestFinished(observe({ fault }))
    const trip = () => ({
      record: (): never => {
        throw error
      },
      reset: () => {},
    })
    const policy = pipeline(cutting({ limitMs: 800, clock }), brittle(clock, { name: 'catalogue', trip }))

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(fault).toHaveBeenCalledExactlyOnceWith({ error, source: 'the trip strategy of catalogue' })
  })

  it('counts nothing when the clock steps back meanwhile', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { trip: slowCallRate({ threshold: 1, slowerThanMs: 0, windowCalls: 1 }) })
    const policy = pipeline(cutting({ limitMs: 800, clock }), breaker)

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    clock.jump(-3_600_000)
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('closed')
  })
})
