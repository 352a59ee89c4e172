import { RollingCounts } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'

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

  it('lets each slot go by itself, of each kind', () => {
    const counts = new RollingCounts(300, 3, 2)
    for (const [atMs, zeros, ones] of [
      [0, 1, 10],
      [100, 2, 20],
      [200, 4, 40],
    ] as const) {
      counts.add(0, atMs, zeros)
      counts.add(1, atMs, ones)
    }

    const totals = [200, 300, 400, 500].map(atMs => [counts.total(0, atMs), counts.total(1, atMs)])

    expect(totals).toEqual([
      [7, 70],
      [6, 60],
      [4, 40],
      [0, 0],
    ])
  })

  it('counts on from nothing after it was cleared', () => {
    const counts = new RollingCounts(300, 3, 1)
    counts.add(0, 0, 5)
    counts.clear()

    counts.add(0, 100)

    expect([counts.total(0, 100), counts.total(0, 300), counts.total(0, 400)]).toEqual([1, 1, 0])
  })

  it('does not roll when the clock goes to and fro across the edge of a slot', () => {
    const counts = new RollingCounts(1_000, 10, 1)
    counts.add(0, 1_000)

    for (let times = 0; times < 100; times++) counts.add(0, times % 2 === 0 ? 999 : 1_000, 0)

    expect(counts.total(0, 1_000)).toBe(1)
  })
})
