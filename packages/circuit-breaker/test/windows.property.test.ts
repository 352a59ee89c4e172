import { anyOf, circuitBreaker, failureRate, type Trip } from '@holdfast/circuit-breaker'
import { seededRandom } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Strategy, tripOf } from './naive-counts.ts'
import { PlayedWindow } from './played-window.ts'
import { clocks, strategyOf, type WindowStep } from './window-steps.ts'

function timesOpened(trip: Trip, strategies: readonly Strategy[], steps: readonly WindowStep[]): number {
  const played = new PlayedWindow(trip, strategies)
  for (const step of steps) played.step(step)
  return played.opened
}

const shareOf = (list: readonly boolean[]): number => list.filter(Boolean).length / list.length

describe.each(clocks)('a window whose clock %s', (_, steps) => {
  it.each([
    ['failureRate', 'time'],
    ['failureRate', 'calls'],
    ['slowCallRate', 'time'],
    ['slowCallRate', 'calls'],
    ['consecutiveFailures', 'calls'],
  ] as const)('opens exactly when a plain list of timestamped outcomes says so: %s by %s', (kind, by) => {
    let opened = 0

    fc.assert(
      fc.property(strategyOf(kind, by), steps, (strategy, todo) => {
        opened += timesOpened(tripOf(strategy), [strategy], todo)
      }),
      { numRuns: 120 },
    )

    expect(opened).toBeGreaterThan(10)
  })

  it('opens exactly when a plain list of timestamped outcomes says so: anyOf several strategies', () => {
    const any = fc.oneof(
      strategyOf('failureRate', 'time'),
      strategyOf('failureRate', 'calls'),
      strategyOf('slowCallRate', 'time'),
      strategyOf('slowCallRate', 'calls'),
      strategyOf('consecutiveFailures', 'calls'),
    )
    let opened = 0

    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 4, size: 'max' }), steps, (strategies, todo) => {
        opened += timesOpened(anyOf(...strategies.map(tripOf)), strategies, todo)
      }),
      { numRuns: 120 },
    )

    expect(opened).toBeGreaterThan(10)
  })
})

describe('a window of many calls', () => {
  it('opens exactly when a plain list of the last outcomes says so', () => {
    // A seed stands for all outcomes: what fails shrinks in no time.
    const cases = fc.record({
      threshold: fc.constantFrom(0.01, 1 / 3, 0.5, 0.6, 0.75, 1),
      windowCalls: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 65, max: 100 })),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(),
    })

    fc.assert(
      fc.property(cases, ({ threshold, windowCalls, share, seed }) => {
        const random = seededRandom(seed)
        const minCalls = Math.max(1, Math.round(share * windowCalls))
        const breaker = circuitBreaker({ trip: failureRate({ threshold, windowCalls, minCalls }) })
        const actual: boolean[] = []
        const expected: boolean[] = []
        let list: boolean[] = []
        for (let call = 0; call < 500; call++) {
          const isFailure = random() < 0.5
          breaker.record(isFailure ? 'failure' : 'success')
          list = [...list, isFailure].slice(-windowCalls)
          actual.push(breaker.state === 'open')
          expected.push(list.length >= minCalls && shareOf(list) >= threshold)
          if (!expected.at(-1) && random() > 0.005) continue
          breaker.close()
          list = []
        }
        expect(actual).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })
})
