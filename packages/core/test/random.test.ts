import { draw } from '@holdfast/core/kernel'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe('draw', () => {
  it.each([
    [0, 0],
    [0.25, 0.25],
    [1, 1],
    [-0.5, 0],
    [-Infinity, 0],
    [1.5, 1],
    [Infinity, 1],
    [Number.NaN, 1],
  ])('makes of %d what a share can be: %d', (drawn, expected) => {
    expect(draw(() => drawn)).toBe(expected)
  })

  it('takes what is no number for 1, the longest wait', () => {
    expect(draw(() => undefined as unknown as number)).toBe(1)
  })

  it('leaves no rejection unhandled of a promise in place of a number', async () => {
    const random = (): number => Promise.reject(new Error('no luck')) as unknown as number

    expect(await unhandledRejectionsOf(() => draw(random))).toEqual([])
  })
})
