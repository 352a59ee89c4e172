import { type RetryBudget, retryBudget } from '@holdfast/retry'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlainBudget } from './plain-budget.ts'

/** Calls and then retries at one time, and how long nothing happens after them. */
interface Step {
  readonly calls: number
  readonly retries: number
  readonly pauseMs: number
}

const step: fc.Arbitrary<Step> = fc.record({
  calls: fc.integer({ min: 0, max: 150 }),
  retries: fc.integer({ min: 0, max: 20 }),
  pauseMs: fc.integer({ min: 0, max: 12_000 }),
})

function take(budget: RetryBudget, clock: VirtualClock, { calls, retries }: Step): boolean[] {
  for (let call = 0; call < calls; call++) budget.deposit(clock)
  return Array.from({ length: retries }, () => budget.withdraw(clock))
}

describe('retryBudget', () => {
  it('grants what a plain list of calls and retries would', async () => {
    const ratios = fc.integer({ min: 0, max: 16 }).map(eighths => eighths / 8)
    const minima = fc.integer({ min: 0, max: 16 }).map(quarters => quarters / 4)
    const property = fc.asyncProperty(ratios, minima, fc.array(step, { maxLength: 25 }), async (...given) => {
      const [ratio, minPerSecond, steps] = given
      const clock = virtualClock()
      const budget = retryBudget({ ratio, minPerSecond })
      const model = new PlainBudget(ratio, minPerSecond)
      for (const next of steps) {
        const granted = take(budget, clock, next)
        for (let call = 0; call < next.calls; call++) model.deposit(clock.nowMs())
        expect(granted).toEqual(granted.map(() => model.withdraw(clock.nowMs())))
        expect(budget.remaining(clock)).toBe(model.remaining(clock.nowMs()))
        await clock.advance(next.pauseMs)
      }
    })

    await fc.assert(property, { numRuns: 200 })
  })

  it('grants no more than the share of the calls of any ten seconds, however calls and retries fall', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const clock = virtualClock()
      const budget = retryBudget({ ratio: 0.25, minPerSecond: 0 })
      const calls: number[] = []
      const grants: number[] = []
      const since = (times: readonly number[], ageMs: number): number =>
        times.filter(atMs => atMs > clock.nowMs() - ageMs).length
      for (const next of steps) {
        const granted = take(budget, clock, next).filter(Boolean)
        calls.push(...Array.from({ length: next.calls }, () => clock.nowMs()))
        grants.push(...granted.map(() => clock.nowMs()))
        // The last of these retries was granted on the calls of the ten seconds before it.
        expect(since(grants, 10_000)).toBeLessThanOrEqual(0.25 * since(calls, 20_000))
        await clock.advance(next.pauseMs)
      }
    })

    await fc.assert(property, { numRuns: 200 })
  })

  it.each([
    [-3_600_000, 1],
    [3_600_000, 2],
  ])('neither blocks nor floods when the clock is set by %i ms', (jumpMs, expected) => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.2 })
    budget.withdraw(clock)

    clock.jump(jumpMs)

    expect(budget.remaining(clock)).toBe(expected)
  })
})
