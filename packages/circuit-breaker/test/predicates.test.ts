import { type CircuitBreakerOptions, circuitBreaker } from '@holdfast/circuit-breaker'
import type { RunOptions } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, resolves, type Step, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

type Predicate = 'handles' | 'handlesResult' | 'ignores' | 'ignoresResult'

const withPredicate = (predicate: Predicate, decide: () => unknown): CircuitBreakerOptions => ({ [predicate]: decide })
const stepFor = (predicate: Predicate): Step<unknown> =>
  predicate.endsWith('Result') ? resolves(503) : rejects(new Error('down'))

describe.each<Predicate>(['handles', 'handlesResult', 'ignores', 'ignoresResult'])(
  'circuit breaker with %s',
  predicate => {
    it.each<[string, RunOptions]>([
      ['that cannot be cancelled', {}],
      ['that can be cancelled', { signal: new AbortController().signal }],
    ])('rejects a call %s with what the predicate throws, and counts nothing', async (_, options) => {
      const fault = new Error('predicate is broken')
      const decide = (): never => {
        throw fault
      }
      const breaker = brittle(virtualClock(), withPredicate(predicate, decide))

      const rejection = await rejectionOf(breaker.run(scripted([stepFor(predicate)]), options))

      expect(rejection).toBe(fault)
      expect(breaker.state).toBe('closed')
    })

    it('rejects with a TypeError when the predicate returns a promise', async () => {
      const breaker = circuitBreaker({ name: 'catalogue', ...withPredicate(predicate, () => Promise.resolve(false)) })

      const rejection = await rejectionOf(breaker.run(scripted([stepFor(predicate)])))

      expect(rejection).toEqual(new TypeError(`catalogue: ${predicate} must decide at once, got a promise`))
    })

    it('leaves no rejection unhandled when the predicate returns a promise that rejects', async () => {
      const breaker = circuitBreaker(withPredicate(predicate, () => Promise.reject(new Error('predicate is broken'))))

      const unhandled = await unhandledRejectionsOf(() => rejectionOf(breaker.run(scripted([stepFor(predicate)]))))

      expect(unhandled).toEqual([])
    })

    it('frees the place of a probe whose predicate throws, and lets the next one decide', async () => {
      const clock = virtualClock()
      let isBroken = false
      const decide = (): boolean => {
        if (isBroken) throw new Error('predicate is broken')
        return predicate === 'handles'
      }
      const breaker = brittle(clock, withPredicate(predicate, decide))
      await fail(breaker)
      await clock.advance(1_000)

      isBroken = true
      await rejectionOf(breaker.run(scripted([stepFor(predicate)])))
      const between = breaker.state
      isBroken = false
      await succeed(breaker)

      expect([between, breaker.state]).toEqual(['halfOpen', 'closed'])
      expect(clock.pendingTimers).toBe(0)
    })

    it('has freed the place of a probe before it asks the predicate', async () => {
      const clock = virtualClock()
      const places: unknown[] = []
      const decide = (): boolean => {
        if (breaker.state === 'halfOpen') places.push(breaker.tryAcquire())
        return predicate === 'handles'
      }
      const breaker = brittle(clock, withPredicate(predicate, decide))
      await fail(breaker)

      await clock.advance(1_000)
      await breaker.run(scripted([stepFor(predicate)])).catch(() => {})

      expect(places).toEqual([expect.objectContaining({ ignore: expect.any(Function) as () => void })])
    })
  },
)

describe('circuit breaker', () => {
  it('does not count a call whose predicate has isolated the circuit', async () => {
    const breaker = circuitBreaker({
      handles: () => {
        breaker.isolate()
        return true
      },
    })

    await fail(breaker)

    expect(breaker.state).toBe('isolated')
  })
})
