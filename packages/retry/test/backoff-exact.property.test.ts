import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type BackoffFacts, exponential, type Jitter, retry } from '@holdfast/retry'
import { record, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { backoffOf, capOf, plainWait, type Recipe } from './plain-backoff.ts'

const ms = fc.oneof(fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: 1_000 }), fc.constantFrom(0, 1, 2 ** 31 - 1))

const recipes: fc.Arbitrary<Recipe> = fc.record({
  kind: fc.constantFrom('constant', 'linear', 'exponential', 'sequence'),
  firstMs: ms,
  stepMs: ms,
  factor: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constantFrom(1, 2 ** 31, Number.MAX_SAFE_INTEGER)),
  maxMs: ms,
  list: fc.tuple(ms, ms, ms),
})

const attempts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10_000 }), fc.constant(10_000))

/** Lots in 1 024ths: products with whole milliseconds are exact. */
const lots = fc.nat({ max: 1_024 }).map(share => share / 1_024)

const down = new Error('down')

const numRuns = 500

const factsOf = (attempt: number, lot: number, previousMs?: number): BackoffFacts => ({
  attempt,
  previousMs,
  error: undefined,
  call: undefined as never,
  random: () => lot,
})

/** The shortest wait as a share of the longest. */
const leastOf: Readonly<Record<Jitter, number>> = { full: 0, equal: 0.5, none: 1 }
const jitters = ['full', 'equal', 'none'] as const

describe('every backoff', () => {
  it('waits without jitter what the formula says, which is what it says itself, at any attempt', () => {
    fc.assert(
      fc.property(recipes, attempts, lots, (recipe, attempt, lot) => {
        const expected = plainWait(recipe, attempt)

        expect(backoffOf(recipe, 'none')(factsOf(attempt, lot))).toBe(expected)
        expect(jitters.map(jitter => backoffOf(recipe, jitter).longestMs?.(attempt))).toEqual([
          expected,
          expected,
          expected,
        ])
      }),
      { numRuns },
    )
  })

  it('draws evenly between the least and all of that wait', () => {
    fc.assert(
      fc.property(recipes, attempts, lots, fc.constantFrom(...jitters), (recipe, attempt, lot, jitter) => {
        const waitMs = backoffOf(recipe, jitter)(factsOf(attempt, lot))

        expect(waitMs).toBe(plainWait(recipe, attempt) * (leastOf[jitter] + lot * (1 - leastOf[jitter])))
      }),
      { numRuns },
    )
  })

  it('waits something else for each other lot, at the cap too, unless it waits nothing', () => {
    fc.assert(
      fc.property(recipes, lots, lots, fc.constantFrom('full', 'equal'), (recipe, one, other, jitter) => {
        fc.pre(one !== other && plainWait(recipe, 10_000) > 0)
        const backoff = backoffOf(recipe, jitter)

        expect(backoff(factsOf(10_000, one))).not.toBe(backoff(factsOf(10_000, other)))
      }),
      { numRuns },
    )
  })

  it('keeps to its bounds in a retry whose random draws no share', async () => {
    const drawn = fc.constantFrom(0, Number.MIN_VALUE, 0.5, 1 - 2 ** -53, 1, Number.NaN, -1, -Infinity, Infinity, 2)
    const draws = fc.array(drawn, { minLength: 5, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(recipes, draws, fc.constantFrom(...jitters), async (recipe, drawnLots, jitter) => {
        const clock = virtualClock()
        const left = [...drawnLots]
        const random = (): number => left.shift() as number
        const policy = retry({ clock, random, maxAttempts: 6, budget: false, backoff: backoffOf(recipe, jitter) })
        const recording = record(policy)

        const rejection = rejectionOf(policy.run(() => Promise.reject(down)))
        await clock.runAll()

        expect(await rejection).toBe(down)
        const waits = recording.of('retry.scheduled').map(({ delayMs }) => delayMs)
        const unfit = waits.filter((waitMs, index) => {
          const longestMs = plainWait(recipe, index + 1)
          return !(waitMs >= longestMs * leastOf[jitter] && waitMs <= longestMs && longestMs <= capOf(recipe))
        })
        expect([waits.length, unfit]).toEqual([5, []])
      }),
      { numRuns: numRuns / 5 },
    )
  })

  it('ends a retry with what random throws, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom('full', 'equal'), async (recipe, jitter) => {
        const clock = virtualClock()
        const noLots = new Error('no lots')
        const random = (): number => {
          throw noLots
        }
        const operation = vi.fn(() => Promise.reject(down))

        const policy = retry({ clock, random, backoff: backoffOf(recipe, jitter) })
        const rejection = await rejectionOf(policy.run(operation))

        expect([rejection, operation.mock.calls.length, clock.pendingTimers]).toEqual([noLots, 1, 0])
      }),
      { numRuns: 50 },
    )
  })
})

describe('decorrelated jitter', () => {
  const wholes = fc.record({ firstMs: ms, factor: fc.integer({ min: 1, max: 10 }), maxMs: ms })

  it('draws evenly between the first wait and so many times the one before, or the cap, for 10 000 attempts', () => {
    fc.assert(
      fc.property(wholes, fc.array(lots, { minLength: 1, maxLength: 20 }), (given, drawn) => {
        const backoff = exponential({ ...given, jitter: 'decorrelated' })
        const { firstMs, factor, maxMs } = given
        const least = Math.min(firstMs, maxMs)
        let previousMs: number | undefined
        let unfit = 0

        for (let attempt = 1; attempt <= 10_000; attempt++) {
          const lot = drawn[attempt % drawn.length] as number
          const most = Math.min(maxMs, (factor + 1) * (previousMs ?? firstMs))
          const waitMs = backoff(factsOf(attempt, lot, previousMs))
          if (!(waitMs >= least && waitMs <= Math.max(least, most))) unfit++
          if (lot === 0 && waitMs !== least) unfit++
          previousMs = waitMs
        }

        expect(unfit).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('can wait all that it says itself, at any attempt, and no more', () => {
    fc.assert(
      fc.property(wholes, attempts, ({ firstMs, factor, maxMs }, attempt) => {
        const backoff = exponential({ firstMs, factor, maxMs, jitter: 'decorrelated' })
        let previousMs: number | undefined
        for (let number = 1; number <= Math.min(attempt, 40); number++) {
          previousMs = backoff(factsOf(number, 1, previousMs))
          expect(previousMs).toBe(backoff.longestMs?.(number))
        }
        expect(backoff(factsOf(attempt, 1, maxMs))).toBe(maxMs)
      }),
      { numRuns },
    )
  })

  it('waits something else for each other lot once it has grown to the cap', () => {
    fc.assert(
      fc.property(wholes, lots, lots, ({ firstMs, factor, maxMs }, one, other) => {
        fc.pre(one !== other && firstMs < maxMs)
        const backoff = exponential({ firstMs, factor, maxMs, jitter: 'decorrelated' })
        const at = (lot: number): number => backoff(factsOf(10_000, lot, maxMs))

        expect(at(one)).not.toBe(at(other))
      }),
      { numRuns },
    )
  })
})
