import { circuitBreaker, slowCallRate } from '@holdfast/circuit-breaker'
import { type AnyPolicy, pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, resolves, type Step, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

async function play(policy: AnyPolicy, clock: VirtualClock, steps: readonly Step<unknown>[]): Promise<void> {
  const operation = scripted(steps, { clock })
  const settled = Promise.allSettled(steps.map(() => policy.run(operation)))
  await clock.runAll()
  await settled
}

describe('slowCallRate', () => {
  it('opens when the share of calls that took longer reaches the threshold', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ threshold: 0.5, slowerThanMs: 100, windowCalls: 2 }) })

    await play(breaker, clock, [resolves('fast', { afterMs: 10 }), resolves('slow', { afterMs: 101 })])

    expect(breaker.state).toBe('open')
  })

  it('does not call slow what took exactly as long', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ threshold: 0.5, slowerThanMs: 100, windowCalls: 2 }) })

    await play(breaker, clock, [resolves('fast', { afterMs: 10 }), resolves('just', { afterMs: 100 })])

    expect(breaker.state).toBe('closed')
  })

  it('counts slow failures like slow successes', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({
      clock,
      trip: slowCallRate({ threshold: 1, slowerThanMs: 100, windowMs: 10_000, minCalls: 2 }),
    })

    await play(breaker, clock, [rejects('slow', { afterMs: 101 }), resolves('slow', { afterMs: 101 })])

    expect(breaker.state).toBe('open')
  })

  it('does not count fast failures', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ threshold: 0.1, slowerThanMs: 0, windowCalls: 2 }) })

    await play(breaker, clock, [rejects('fast'), rejects('fast')])

    expect(breaker.state).toBe('closed')
  })

  it('opens again when a probe succeeds slowly', async () => {
    const clock = virtualClock()
    const trip = slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 1 })
    const breaker = circuitBreaker({ clock, trip, openMs: 1_000, random: () => 1 })
    await play(breaker, clock, [resolves('slow', { afterMs: 200 })])

    await clock.advance(1_000)
    await play(breaker, clock, [resolves('slow probe', { afterMs: 200 })])

    expect(breaker.state).toBe('open')
  })

  it('opens again when a probe fails fast', async () => {
    const clock = virtualClock()
    const trip = slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 1 })
    const breaker = circuitBreaker({ clock, trip, openMs: 1_000, random: () => 1 })
    await play(breaker, clock, [resolves('slow', { afterMs: 200 })])

    await clock.advance(1_000)
    await play(breaker, clock, [rejects('fast probe')])

    expect(breaker.state).toBe('open')
  })

  it('closes when a probe succeeds fast', async () => {
    const clock = virtualClock()
    const trip = slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 1 })
    const breaker = circuitBreaker({ clock, trip, openMs: 1_000, random: () => 1 })
    await play(breaker, clock, [resolves('slow', { afterMs: 200 })])

    await clock.advance(1_000)
    await play(breaker, clock, [resolves('fast probe')])

    expect(breaker.state).toBe('closed')
  })

  it('counts calls that hold a permit', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 1 }) })

    const permit = breaker.tryAcquire()
    await clock.advance(101)
    permit?.success()

    expect(breaker.state).toBe('open')
  })

  it('counts a call that a timeout further out has ended', async () => {
    const clock = virtualClock()
    const trip = slowCallRate({ threshold: 1, slowerThanMs: 100, windowCalls: 1 })
    const breaker = circuitBreaker({ clock, trip })

    const rejection = rejectionOf(pipeline(cutting({ limitMs: 200, clock }), breaker).run(() => new Promise(() => {})))
    await clock.advance(200)
    await rejection

    expect(breaker.state).toBe('open')
  })

  it('takes no call for slow when the clock steps back meanwhile', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: slowCallRate({ threshold: 1, slowerThanMs: 0, windowCalls: 1 }) })

    const permit = breaker.tryAcquire()
    clock.jump(-3_600_000)
    permit?.success()

    expect(breaker.state).toBe('closed')
  })

  it('does not call slow what is recorded without a call', () => {
    const breaker = circuitBreaker({ trip: slowCallRate({ threshold: 1, slowerThanMs: 0, windowCalls: 1 }) })

    breaker.record('success')

    expect(breaker.state).toBe('closed')
  })
})
