import { RollingCounts } from '@holdfast/core/kernel'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** The same, said in the simplest way: a list of all that was counted, with its age. */
class CountList {
  private entries: { atMs: number; ageMs: number; kind: number; amount: number }[] = []
  private lastMs = 0

  /** Only a clock that goes on makes things older. */
  read(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.lastMs)
    this.entries = this.entries.map(entry => ({ ...entry, ageMs: entry.ageMs + passedMs }))
    this.lastMs = nowMs
  }

  add(kind: number, nowMs: number, amount: number): void {
    this.read(nowMs)
    this.entries.push({ atMs: nowMs, ageMs: 0, kind, amount })
  }

  younger(kind: number, limitMs: number): number {
    return sum(this.entries.filter(entry => entry.kind === kind && entry.ageMs < limitMs))
  }

  since(kind: number, beginMs: number): number {
    return sum(this.entries.filter(entry => entry.kind === kind && entry.atMs >= beginMs))
  }
}

const sum = (entries: readonly { readonly amount: number }[]): number =>
  entries.reduce((total, { amount }) => total + amount, 0)

interface Step {
  readonly byMs: number
  readonly kind: number
  readonly amount: number
}

const windows = fc.record({ slotMs: fc.constantFrom(1, 7, 50, 1_000), slots: fc.integer({ min: 1, max: 12 }) })

const stepsOf = (byMs: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ byMs, kind: fc.nat({ max: 2 }), amount: fc.nat({ max: 100 }) }), { maxLength: 60, size: 'max' })

const going = fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 60 }) }, { weight: 1, arbitrary: fc.nat({ max: 15_000 }) })

/** A clock that is corrected: by a little, over and over, and by hours. */
const corrected = fc.oneof(
  { weight: 6, arbitrary: going },
  { weight: 4, arbitrary: fc.constantFrom(-1, 1, -7, 7, -60, -1_000) },
  { weight: 1, arbitrary: fc.constantFrom(-3_600_000, 3_600_000) },
)

const kinds = [0, 1, 2]
const numRuns = 200

describe('RollingCounts', () => {
  it('counts what a list counts since the begin of the oldest slot', () => {
    fc.assert(
      fc.property(windows, stepsOf(going), ({ slotMs, slots }, steps) => {
        const [counts, list] = [new RollingCounts(slotMs * slots, slots, 3), new CountList()]
        let nowMs = 100_000

        for (const { byMs, kind, amount } of steps) {
          nowMs += byMs
          list.add(kind, nowMs, amount)
          counts.add(kind, nowMs, amount)

          const beginMs = (Math.floor(nowMs / slotMs) - slots + 1) * slotMs
          expect(kinds.map(each => counts.total(each, nowMs))).toEqual(kinds.map(each => list.since(each, beginMs)))
        }
      }),
      { numRuns },
    )
  })

  it('counts nothing older than the window, and all that is younger but for one slot, whatever the clock does', () => {
    fc.assert(
      fc.property(windows, stepsOf(corrected), ({ slotMs, slots }, steps) => {
        const [counts, list] = [new RollingCounts(slotMs * slots, slots, 3), new CountList()]
        let nowMs = 100_000

        for (const { byMs, kind, amount } of steps) {
          nowMs += byMs
          list.add(kind, nowMs, amount)
          counts.add(kind, nowMs, amount)

          for (const each of kinds) {
            const total = counts.total(each, nowMs)
            expect(total).toBeLessThanOrEqual(list.younger(each, slotMs * slots))
            expect(total).toBeGreaterThanOrEqual(list.younger(each, slotMs * (slots - 1)))
          }
        }
      }),
      { numRuns },
    )
  })

  it('forgets nothing when the clock goes to and fro by a millisecond', () => {
    const counts = new RollingCounts(10_000, 10, 1)
    counts.add(0, 1_000, 5)

    for (let round = 0; round < 100; round++) counts.total(0, 999 + (round % 2))

    expect(counts.total(0, 1_000)).toBe(5)
  })
})
