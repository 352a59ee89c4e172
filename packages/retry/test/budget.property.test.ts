import { constant, exponential, type RetryBudget, retry, retryBudget } from '@holdfast/retry'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ledger, type Shares, watched } from './budget-ledger.ts'

/** Shares that floating point holds exactly: of halves and quarters, the list and the budget sum up the same. */
const shares: fc.Arbitrary<Shares> = fc.record({
  ratio: fc.constantFrom(0, 0.125, 0.25, 0.5, 1, 2),
  minPerSecond: fc.constantFrom(0, 0, 0.25, 0.5, 1),
})

type Step =
  | { readonly does: 'calls' | 'retries'; readonly count: number; readonly everyMs: number }
  | { readonly does: 'jump'; readonly ms: number }
  | { readonly does: 'wobble'; readonly times: number }

const bursts = fc.record({
  does: fc.constantFrom('calls', 'retries', 'retries'),
  count: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(100, 300)),
  everyMs: fc.constantFrom(0, 0, 0, 1, 7, 90, 110, 700, 1_100, 5_000),
})

const jumps = fc.record({
  does: fc.constant('jump'),
  ms: fc.constantFrom(-1, 1, -1_000, -9_000, -3_600_000, 3_600_000),
})

/** A clock that is corrected over and over, by a millisecond. */
const wobbles = fc.record({ does: fc.constant('wobble'), times: fc.integer({ min: 1, max: 20 }) })

const stepsOf = (steps: fc.Arbitrary<unknown>): fc.Arbitrary<Step[]> =>
  fc.array(steps as fc.Arbitrary<Step>, { maxLength: 25, size: 'max' })

const down = new Error('down')

const numRuns = 120

/** A budget with a list that is kept beside it, and a clock for both. */
class Play {
  readonly clock: VirtualClock = virtualClock()
  readonly ledger: Ledger
  readonly budget: RetryBudget

  constructor(given: Shares) {
    this.ledger = new Ledger(given)
    this.budget = watched(retryBudget(given), this.ledger)
  }

  take(step: Step, each: () => void): void {
    if (step.does === 'jump') return this.jump(step.ms)
    if (step.does === 'wobble') {
      for (let index = 0; index < 2 * step.times; index++) this.jump(index % 2 === 0 ? -1 : 1)
      return
    }
    for (let index = 0; index < step.count; index++) {
      if (step.does === 'calls') this.budget.deposit(this.clock)
      else this.budget.withdraw(this.clock)
      each()
      this.clock.jump(step.everyMs)
    }
  }

  /** A step of the clock that nobody reads cannot be seen, so that both read it. */
  private jump(ms: number): void {
    this.budget.remaining(this.clock)
    this.ledger.read(this.clock.nowMs())
    this.clock.jump(ms)
    this.budget.remaining(this.clock)
    this.ledger.read(this.clock.nowMs())
  }
}

describe('retryBudget', () => {
  it('never grants what a list of the last ten seconds does not have, whatever the clock does', () => {
    fc.assert(
      fc.property(shares, stepsOf(fc.oneof({ weight: 4, arbitrary: bursts }, jumps, wobbles)), (given, steps) => {
        const play = new Play(given)

        for (const step of steps) {
          play.take(step, () => {})

          const remaining = play.budget.remaining(play.clock)
          expect(Number.isInteger(remaining) && remaining >= 0).toBe(true)
        }
      }),
      { numRuns },
    )
  })

  it('grants all but what a second more of retries and a second less of calls make, where it is read', () => {
    fc.assert(
      fc.property(shares, stepsOf(bursts), (given, steps) => {
        const play = new Play(given)

        for (const step of steps) {
          play.take(step, () => {
            play.ledger.read(play.clock.nowMs())
            expect(play.budget.remaining(play.clock)).toBeGreaterThanOrEqual(Math.floor(play.ledger.leastLeft))
          })
        }
      }),
      { numRuns: 40 },
    )
  })

  it('grants at one moment just what remains, to however many ask, and a call refills its share only', () => {
    const asked = fc.integer({ min: 1, max: 200 })
    fc.assert(
      fc.property(shares, fc.nat({ max: 300 }), asked, asked, (given, calls, ...asks) => {
        const clock = virtualClock()
        const budget = retryBudget(given)
        for (let call = 0; call < calls; call++) budget.deposit(clock)

        for (const ask of asks) {
          const remaining = budget.remaining(clock)
          const granted = Array.from({ length: ask }, () => budget.withdraw(clock)).filter(Boolean).length
          expect(granted).toBe(Math.min(ask, remaining))
        }

        const before = budget.remaining(clock)
        budget.deposit(clock)
        expect(budget.remaining(clock) - before).toBeLessThanOrEqual(Math.ceil(given.ratio))
      }),
      { numRuns },
    )
  })

  it('grants no more than the list has to all retries that share it', async () => {
    const runs = fc.array(
      fc.record({
        policy: fc.nat({ max: 2 }),
        failures: fc.nat({ max: 5 }),
        atOnce: fc.integer({ min: 1, max: 15 }),
        pauseMs: fc.constantFrom(0, 3, 120, 1_500, 9_000),
      }),
      { maxLength: 30, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(shares, runs, async (given, todo) => {
        const { budget, clock } = new Play(given)
        const policies = [
          retry({ clock, budget, backoff: constant({ delayMs: 0 }), maxAttempts: 4 }),
          retry({ clock, budget, backoff: exponential({ firstMs: 300, jitter: 'none' }), maxAttempts: 3 }),
          retry({ clock, budget, backoff: constant({ delayMs: 4_000, jitter: 'none' }), maxAttempts: 2 }),
        ]
        const ends: Promise<unknown>[] = []

        for (const { policy, failures, atOnce, pauseMs } of todo) {
          for (let run = 0; run < atOnce; run++) {
            let calls = 0
            const operation = (): void => {
              if (calls++ < failures) throw down
            }
            ends.push(policies[policy]?.run(operation).catch((error: unknown) => error) as Promise<unknown>)
          }
          await clock.advance(pauseMs)
        }
        await clock.runAll()

        // What the watched budget objects to would be the error of a run.
        expect((await Promise.all(ends)).filter(end => end !== undefined && end !== down)).toEqual([])
      }),
      { numRuns },
    )
  })
})
