import { type CircuitPermit, circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe('tryAcquire of a circuit breaker', () => {
  it('gives a permit whose failure counts', () => {
    const breaker = brittle(virtualClock())

    breaker.tryAcquire()?.failure()

    expect(breaker.state).toBe('open')
  })

  it('gives a permit whose success counts', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })

    await fail(breaker)
    breaker.tryAcquire()?.success()
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('gives a permit whose ignore counts nothing', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })

    await fail(breaker)
    breaker.tryAcquire()?.ignore()
    await fail(breaker)

    expect(breaker.state).toBe('open')
  })

  it.each<[keyof CircuitPermit, keyof CircuitPermit]>([
    ['success', 'failure'],
    ['ignore', 'failure'],
  ])('gives a permit that acts once: after %s, %s does nothing', (first, second) => {
    const breaker = brittle(virtualClock())
    const permit = breaker.tryAcquire()

    permit?.[first]()
    permit?.[second]()

    expect(breaker.state).toBe('closed')
  })

  it('gives a permit whose failure counts once', () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })
    const permit = breaker.tryAcquire()

    permit?.failure()
    permit?.failure()

    expect(breaker.state).toBe('closed')
  })

  it('gives permits whose functions work detached', () => {
    const breaker = brittle(virtualClock())
    const { failure } = breaker.tryAcquire() as CircuitPermit

    failure()

    expect(breaker.state).toBe('open')
  })

  it.each<keyof CircuitPermit>(['success', 'failure', 'ignore'])(
    'gives the place of a probe back once, however often %s is called',
    async end => {
      const clock = virtualClock()
      const breaker = brittle(clock, { halfOpen: { probes: 2, successThreshold: 9, failureThreshold: 9 } })
      await fail(breaker)
      await clock.advance(1_000)
      const permit = breaker.tryAcquire()
      void breaker.tryAcquire()

      permit?.[end]()
      permit?.[end]()
      const places = [breaker.tryAcquire(), breaker.tryAcquire()]

      expect(places[0]).toBeDefined()
      expect(places[1]).toBeUndefined()
    },
  )

  it('gives none while the circuit is open', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    await clock.advance(999)
    const permit = breaker.tryAcquire()

    expect(permit).toBeUndefined()
  })

  it('tells when it gives none', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)
    const recording = record(breaker)

    await clock.advance(400)
    breaker.tryAcquire()

    expect(recording.events).toMatchObject([{ type: 'circuit.rejected', retryAfterMs: 600, callId: undefined }])
  })

  it('gives none while the circuit is isolated', () => {
    const breaker = brittle(virtualClock())

    breaker.isolate()

    expect(breaker.tryAcquire()).toBeUndefined()
  })

  it('gives a probe after the open time, and tells that the circuit is half-open', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const recording = record(breaker)
    await fail(breaker)

    await clock.advance(1_000)
    breaker.tryAcquire()?.success()

    expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.closed'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('throws what the trip strategy throws to whoever settles the permit', () => {
    const fault = new Error('strategy is broken')
    const broken = (): never => {
      throw fault
    }
    const permit = circuitBreaker({ trip: () => ({ record: broken, reset: () => {} }) }).tryAcquire()

    expect(() => permit?.failure()).toThrow(fault)
    expect(() => permit?.failure()).not.toThrow()
  })
})

describe('record of a circuit breaker', () => {
  it('counts failures, successes, and nothing', () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })
    const states: string[] = []

    for (const outcome of ['failure', 'success', 'failure', 'ignored', 'failure'] as const) {
      breaker.record(outcome)
      states.push(breaker.state)
    }

    expect(states).toEqual(['closed', 'closed', 'closed', 'closed', 'open'])
  })

  it('does nothing while the circuit is not closed', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    breaker.record('success')
    const whileOpen = breaker.state
    await clock.advance(1_000)
    const probe = breaker.tryAcquire()
    breaker.record('failure')
    breaker.record('success')
    const whileHalfOpen = breaker.state
    probe?.ignore()
    breaker.isolate()
    breaker.record('success')

    expect([whileOpen, whileHalfOpen, breaker.state]).toEqual(['open', 'halfOpen', 'isolated'])
  })

  it('counts beside calls', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(3) })

    await fail(breaker)
    breaker.record('failure')
    await fail(breaker)

    expect(breaker.state).toBe('open')
    expect(breaker.record('success')).toBeUndefined()
  })

  it.each([
    ['timeout', '"timeout"'],
    [undefined, 'undefined'],
  ])('throws for the outcome %o', async (outcome, shown) => {
    const breaker = circuitBreaker({ name: 'catalogue' })
    await succeed(breaker)

    expect(() => breaker.record(outcome as never)).toThrow(
      new RangeError(`catalogue: record takes "success", "failure" or "ignored", got ${shown}`),
    )
  })
})
