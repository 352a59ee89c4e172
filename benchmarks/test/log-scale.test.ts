import { describe, expect, it } from 'vitest'
import { logScale } from '../src/report/log-scale.ts'

describe('logScale', () => {
  it('gives equal ratios equal distances', () => {
    const { at } = logScale([0.1, 10], [0, 200])

    expect([0.1, 1, 10].map(at)).toEqual([0, 100, 200])
  })

  it('ends at round values around all that it is to show', () => {
    const { at, ends } = logScale([0.13, 4.2], [0, 100])

    expect(ends).toEqual([0.1, 5])
    expect(ends.map(at)).toEqual([0, 100])
  })

  it('has a length even for one value', () => {
    expect(logScale([1], [0, 100]).ends).toEqual([1, 2])
  })

  it('takes powers of ten alone where there would be too many ticks', () => {
    expect(logScale([1, 10], [0, 100], 4).ticks).toEqual([1, 2, 5, 10])
    expect(logScale([1, 100], [0, 100], 4).ticks).toEqual([1, 10, 100])
  })
})
