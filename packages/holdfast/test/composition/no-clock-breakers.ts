import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted } from '@holdfast/testing'
import { type CircuitBreaker, failureRate, slowCallRate } from 'holdfast'
import { expect } from 'vitest'
import type { Behaviour } from './no-clock-behaviours.ts'
import { breakerOf, fail, trip, up } from './no-clock-circuit.ts'

/** What breakers do with time. */
export const breakers: readonly Behaviour[] = [
  {
    name: 'breaker › opens, lets a probe through when the open time is over, and closes',
    prepare: () => {
      const breaker = breakerOf({ trip, openMs: 10 })
      return async time => {
        const recording = record(breaker)

        await fail(breaker)
        await time.advance(10)

        expect(await breaker.run(up)).toBe('up')
        expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.closed'])
      }
    },
  },
  {
    name: 'breaker › lets nothing through until then',
    prepare: () => {
      const breaker = breakerOf({ trip, openMs: 60_000 })
      return async time => {
        await fail(breaker)
        await time.advance(10)

        const { retryAfterMs } = (await rejectionOf(breaker.run(up))) as { retryAfterMs: number }
        expect(retryAfterMs).toBeGreaterThan(0)
        expect(retryAfterMs).toBeLessThan(60_000)
      }
    },
  },
  {
    name: 'breaker › counts a failure for as long as its window, and no longer',
    prepare: () => {
      const failing = (windowMs: number): CircuitBreaker =>
        breakerOf({ trip: failureRate({ threshold: 1, windowMs, minCalls: 2 }) })
      const [short, long] = [failing(10), failing(60_000)]
      return async time => {
        for (const breaker of [short, long]) await fail(breaker)
        await time.advance(10)
        for (const breaker of [short, long]) await fail(breaker)

        expect([short.state, long.state]).toEqual(['closed', 'open'])
      }
    },
  },
  {
    name: 'breaker › opens for slow calls',
    prepare: () => {
      const slow = (slowerThanMs: number): CircuitBreaker =>
        breakerOf({ trip: slowCallRate({ threshold: 1, slowerThanMs, windowCalls: 1 }) })
      const [strict, lenient] = [slow(10), slow(60_000)]
      return async time => {
        const answers = [strict, lenient].map(breaker => breaker.run(scripted([resolves('up', { afterMs: 20 })])))
        await time.advance(20)
        await Promise.all(answers)

        expect([strict.state, lenient.state]).toEqual(['open', 'closed'])
      }
    },
  },
  {
    name: 'breaker › wakes those who wait for it when the open time is over',
    prepare: () => {
      const [short, long] = [breakerOf({ trip, openMs: 10 }), breakerOf({ trip, openMs: 60_000 })]
      return async time => {
        const log: string[] = []

        for (const breaker of [long, short]) await fail(breaker)
        const woken = [
          long.whenAvailable().then(() => log.push('long')),
          short.whenAvailable().then(() => log.push('short')),
        ]
        await time.advance(10)
        await woken[1]
        long.close()
        await woken[0]

        expect(log).toEqual(['short', 'long'])
      }
    },
  },
  {
    name: 'breaker › gives up on a probe that hangs',
    prepare: () => {
      const breaker = breakerOf({ trip, openMs: 0, halfOpen: { probeTimeoutMs: 10 } })
      return async time => {
        const recording = record(breaker)

        await fail(breaker)
        begin(breaker)
        await time.advance(10)

        expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.opened'])
      }
    },
  },
]
