import { describe, expect, it } from 'vitest'
import { median, minimum } from '../src/harness/statistics.ts'

describe('median', () => {
  it('is the middle one, whatever the order', () => {
    expect([median([3]), median([9, 1, 5]), median([10, 9, 100])]).toEqual([3, 5, 10])
  })

  it('is the upper one of two in the middle', () => {
    expect(median([1, 2, 3, 4])).toBe(3)
  })

  it('leaves the values in their order', () => {
    const values = [3, 1, 2]

    median(values)

    expect(values).toEqual([3, 1, 2])
  })

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN()
  })
})

describe('minimum', () => {
  it('is the smallest', () => {
    expect(minimum([3, -1, 2])).toBe(-1)
  })

  it('of nothing is not a number', () => {
    expect(minimum([])).toBeNaN()
  })
})
