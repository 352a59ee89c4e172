import { RollingCounts } from '@holdfast/core/kernel'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** The same, said in the simplest way: a list, from which all that is too old is removed. */
class CountList {
  private entries: { readonly slot: number; readonly kind: number; readonly amount: number }[] = []
  private slot = Number.NEGATIVE_INFINITY
  private readonly slotMs: number
  private readonly slots: number

  constructor(slotMs: number, slots: number) {
    this.slotMs = slotMs
    this.slots = slots
  }

  add(kind: number, nowMs: number, amount: number): void {
    const slot = Math.floor(nowMs / this.slotMs)
    // A clock that goes back takes what was counted with it.
    const back = Math.min(0, slot - this.slot)
    this.slot = slot
    this.entries = this.entries.map(entry => ({ ...entry, slot: entry.slot + back }))
    this.entries = [...this.entries.filter(entry => entry.slot > slot - this.slots), { slot, kind, amount }]
  }

  total(kind: number): number {
    return this.entries.filter(entry => entry.kind === kind).reduce((sum, { amount }) => sum + amount, 0)
  }
}

describe('RollingCounts', () => {
  it('counts what happened within the window, each kind by itself', () => {
    const counts = new RollingCounts(1_000, 10, 2)

    counts.add(0, 0)
    counts.add(1, 50)
    counts.add(0, 950, 5)

    expect([counts.total(0, 950), counts.total(1, 950)]).toEqual([6, 1])
  })

  it('is empty at first', () => {
    expect(new RollingCounts(1_000, 10, 1).total(0, 123_456)).toBe(0)
  })

  it('counts nothing that is as old as the window or older', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 0)

    expect(counts.total(0, 999)).toBe(1)
    expect(counts.total(0, 1_000)).toBe(0)
  })

  it('drops a slot as a whole', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 0)
    counts.add(0, 99)
    counts.add(0, 100)

    expect(counts.total(0, 1_000)).toBe(1)
  })

  it('is empty after a long silence, however long', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 0)

    expect(counts.total(0, 1e15)).toBe(0)
  })

  it('is empty after it was cleared', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 500)

    counts.clear()

    expect(counts.total(0, 500)).toBe(0)
  })

  it('keeps what it counted when the clock goes back, and lets it age from there on', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 3_600_000)

    expect(counts.total(0, 0)).toBe(1)
    expect(counts.total(0, 999)).toBe(1)
    expect(counts.total(0, 1_000)).toBe(0)
  })

  it('forgets what it counted when the clock goes ahead by an hour, and counts on', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 0)

    counts.add(0, 3_600_000)

    expect(counts.total(0, 3_600_000)).toBe(1)
  })

  it('counts as a list does from which all that is too old is removed, whatever the clock does', () => {
    const steps = fc.array(
      fc.record({
        windows: fc.oneof(
          { weight: 10, arbitrary: fc.double({ min: 0, max: 0.4, noNaN: true }) },
          { weight: 1, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
        ),
        kind: fc.nat({ max: 2 }),
        amount: fc.nat({ max: 100 }),
      }),
      { maxLength: 100, size: 'max' },
    )
    fc.assert(
      fc.property(fc.constantFrom(7, 100, 1_000), fc.integer({ min: 1, max: 12 }), steps, (windowMs, slots, run) => {
        const counts = new RollingCounts(windowMs, slots, 3)
        const list = new CountList(windowMs / slots, slots)
        let nowMs = 100_000

        for (const { windows, kind, amount } of run) {
          nowMs += windows * windowMs
          list.add(kind, nowMs, amount)
          counts.add(kind, nowMs, amount)

          for (const each of [0, 1, 2]) expect(counts.total(each, nowMs)).toBe(list.total(each))
        }
      }),
    )
  })
})
