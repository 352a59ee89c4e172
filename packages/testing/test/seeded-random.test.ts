import { seededRandom } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const draws = (random: () => number, count = 20): number[] => Array.from({ length: count }, random)

describe('seededRandom', () => {
  it('draws the same numbers for the same seed', () => {
    expect(draws(seededRandom(42))).toEqual(draws(seededRandom(42)))
  })

  it('draws the same numbers in all versions, so that a seed in a test stays good', () => {
    expect(draws(seededRandom(42), 3)).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099])
  })

  it('draws other numbers for another seed, and goes on drawing others', () => {
    expect(draws(seededRandom(1))).not.toEqual(draws(seededRandom(2)))
    expect(new Set(draws(seededRandom(1), 1_000)).size).toBe(1_000)
  })

  it('draws numbers of at least 0 and below 1, evenly, whatever the seed', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), seed => {
        const drawn = draws(seededRandom(seed), 1_000)
        const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length

        expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
        expect(Math.max(...drawn)).toBeLessThan(1)
        expect(Math.abs(mean - 0.5)).toBeLessThan(0.1)
      }),
    )
  })

  it.each([1.5, Number.NaN, Infinity, 2 ** 53, '42', undefined])('refuses the seed %o', seed => {
    expect(() => seededRandom(seed as number)).toThrow(
      new TypeError(`seededRandom: the seed must be an integer, got ${seed}`),
    )
  })
})
