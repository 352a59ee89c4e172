import { type Backoff, constant, exponential, linear, sequence } from '@holdfast/retry'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const wait = fc.double({ min: 0, max: 2 ** 31 - 1, noNaN: true })
const drawn = fc.double({ min: 0, max: 1, noNaN: true })
const jitter = fc.constantFrom('full' as const, 'equal' as const, 'none' as const)

/** A backoff with the cap that no wait may pass. */
const capped: fc.Arbitrary<{ backoff: Backoff; capMs: number }> = fc.oneof(
  fc.record({ delayMs: wait, jitter }).map(options => ({ backoff: constant(options), capMs: options.delayMs })),
  fc
    .record({ firstMs: wait, stepMs: wait, maxMs: wait, jitter })
    .map(options => ({ backoff: linear(options), capMs: options.maxMs })),
  fc
    .record({
      firstMs: wait,
      factor: fc.double({ min: 1, max: Number.MAX_VALUE, noNaN: true }),
      maxMs: wait,
      jitter: fc.oneof(jitter, fc.constant('decorrelated' as const)),
    })
    .map(options => ({ backoff: exponential(options), capMs: options.maxMs })),
  fc
    .tuple(fc.array(wait, { minLength: 1, maxLength: 10 }), jitter)
    .map(([list, spread]) => ({ backoff: sequence(list, { jitter: spread }), capMs: Math.max(...list) })),
)

/** The waits of one run, each told the one before it. */
function waitsOf(backoff: Backoff, attempts: number, random: () => number): number[] {
  const waits: number[] = []
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const facts = { attempt, previousMs: waits.at(-1), error: undefined, call: undefined as never, random }
    waits.push(backoff(facts))
  }
  return waits
}

describe('every backoff', () => {
  it('says a number from 0 to its cap, jitter included, whatever its options and lots', () => {
    fc.assert(
      fc.property(capped, fc.array(drawn, { minLength: 1, maxLength: 30 }), ({ backoff, capMs }, lots) => {
        let draws = 0
        const waits = waitsOf(backoff, lots.length, () => lots[draws++ % lots.length] as number)
        expect(waits.filter(waitMs => !(waitMs >= 0 && waitMs <= capMs))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it('says no more than longestMs, whatever its options and lots', () => {
    const ms = fc.integer({ min: 0, max: 100_000 })
    const options = fc.record({
      firstMs: ms,
      factor: fc.integer({ min: 1, max: 10 }),
      maxMs: ms,
      jitter: fc.oneof(jitter, fc.constant('decorrelated' as const)),
    })
    fc.assert(
      fc.property(options, fc.array(drawn, { minLength: 1, maxLength: 30 }), (given, lots) => {
        let draws = 0
        const backoff = exponential(given)
        const waits = waitsOf(backoff, lots.length, () => lots[draws++ % lots.length] as number)
        const longest = waits.map((_, index) => backoff.longestMs?.(index + 1) as number)
        expect(waits.filter((waitMs, index) => waitMs > (longest[index] as number))).toEqual([])
        expect(Math.max(...longest)).toBeLessThanOrEqual(given.maxMs)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is not rounded above its cap', () => {
    const maxMs = 13_997.245348183313
    const backoff = exponential({ firstMs: 712.8632962934234, maxMs, jitter: 'decorrelated' })

    const waits = waitsOf(backoff, 5, () => 1)

    expect(Math.max(...waits)).toBe(maxMs)
  })

  it('neither overflows nor becomes NaN up to attempt 10 000', () => {
    fc.assert(
      fc.property(capped, drawn, ({ backoff, capMs }, lot) => {
        const waits = waitsOf(backoff, 10_000, () => lot)
        const unfit = waits.filter(waitMs => !(waitMs >= 0 && waitMs <= capMs))
        expect(unfit).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('waits at least half of longestMs with equal jitter, and exactly that without', () => {
    fc.assert(
      fc.property(wait, wait, wait, drawn, fc.integer({ min: 1, max: 10_000 }), (...given) => {
        const [firstMs, stepMs, maxMs, lot, attempt] = given
        for (const make of [
          (spread: 'equal' | 'none') => linear({ firstMs, stepMs, maxMs, jitter: spread }),
          (spread: 'equal' | 'none') => exponential({ firstMs, maxMs, jitter: spread }),
        ]) {
          const facts = { attempt, previousMs: firstMs, error: undefined, call: undefined as never, random: () => lot }
          const longestMs = make('none').longestMs?.(attempt) as number
          expect(make('none')(facts)).toBe(longestMs)
          expect(make('equal')(facts)).toBeGreaterThanOrEqual(longestMs / 2)
        }
      }),
    )
  })

  it('waits at least the first wait, or the cap where that is less, with decorrelated jitter', () => {
    fc.assert(
      fc.property(wait, wait, drawn, (firstMs, maxMs, lot) => {
        const waits = waitsOf(exponential({ firstMs, maxMs, jitter: 'decorrelated' }), 20, () => lot)
        expect(Math.min(...waits)).toBeGreaterThanOrEqual(Math.min(firstMs, maxMs))
      }),
    )
  })
})
