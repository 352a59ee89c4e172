import { constant, exponential, linear, retry, sequence } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { callTimes, errors, failing } from './failures.ts'
import { waits } from './waits.ts'

describe('constant', () => {
  it('waits the same each time without jitter', async () => {
    expect(await waits(constant({ delayMs: 200, jitter: 'none' }), 0.5)).toEqual([200, 200, 200, 200, 200])
  })

  it('draws from all of the wait by default', async () => {
    expect(await waits(constant({ delayMs: 200 }), 0.25)).toEqual([50, 50, 50, 50, 50])
  })

  it('draws from the second half of the wait with equal jitter', async () => {
    expect(await waits(constant({ delayMs: 200, jitter: 'equal' }), 0.25)).toEqual([125, 125, 125, 125, 125])
  })
})

describe('linear', () => {
  it('grows by 100 ms from 100 ms by default', async () => {
    expect(await waits(linear({ jitter: 'none' }), 0.5)).toEqual([100, 200, 300, 400, 500])
    expect(await waits(linear(), 0.5)).toEqual([50, 100, 150, 200, 250])
  })

  it('grows by its step up to its cap', async () => {
    const backoff = linear({ firstMs: 10, stepMs: 30, maxMs: 90, jitter: 'none' })

    expect(await waits(backoff, 0.5)).toEqual([10, 40, 70, 90, 90])
  })

  it('is capped at 20 s by default', () => {
    expect(linear().longestMs?.(199)).toBe(19_900)
    expect(linear().longestMs?.(200)).toBe(20_000)
    expect(linear().longestMs?.(201)).toBe(20_000)
  })

  it('draws from the second half of each wait with equal jitter', async () => {
    expect(await waits(linear({ jitter: 'equal' }), 0.5)).toEqual([75, 150, 225, 300, 375])
  })
})

describe('exponential', () => {
  it('doubles from 100 ms by default', async () => {
    expect(await waits(exponential({ jitter: 'none' }), 0.5)).toEqual([100, 200, 400, 800, 1_600])
    expect(await waits(exponential(), 0.5)).toEqual([50, 100, 200, 400, 800])
  })

  it('is capped at 20 s by default', () => {
    expect(exponential().longestMs?.(8)).toBe(12_800)
    expect(exponential().longestMs?.(9)).toBe(20_000)
  })

  it('draws between the first wait and three times the one before with decorrelated jitter', async () => {
    const backoff = exponential({ jitter: 'decorrelated' })

    expect(await waits(backoff, 0.5)).toEqual([200, 350, 575, 912.5, 1_418.75])
  })

  it('waits the cap from the start where the first wait is longer', async () => {
    for (const jitter of ['none', 'decorrelated'] as const) {
      expect(await waits(exponential({ firstMs: 500, maxMs: 300, jitter }), 1)).toEqual([300, 300, 300, 300, 300])
    }
  })

  it('stays where it is with a factor of 1', async () => {
    expect(await waits(exponential({ factor: 1, jitter: 'none' }), 0.5)).toEqual([100, 100, 100, 100, 100])
  })
})

describe('sequence', () => {
  it('waits what is listed, then the last one again and again', async () => {
    expect(await waits(sequence([10, 500, 20], { jitter: 'none' }), 0.5)).toEqual([10, 500, 20, 20, 20])
  })

  it('draws from all of each wait by default', async () => {
    expect(await waits(sequence([10, 500, 20]), 0.5)).toEqual([5, 250, 10, 10, 10])
  })

  it('keeps its list when the array that it was made of changes', async () => {
    const list = [10, 20]
    const backoff = sequence(list, { jitter: 'none' })

    list[0] = 5_000

    expect(await waits(backoff, 0.5)).toEqual([10, 20, 20, 20, 20])
  })
})

describe('the lots of a backoff', () => {
  it.each([
    [0, 50],
    [1, 100],
    [-1, 50],
    [2, 100],
    [Number.NaN, 100],
    [Infinity, 100],
  ])('stay in range when random says %s', async (drawn, expected) => {
    const backoff = constant({ delayMs: 100, jitter: 'equal' })

    expect(await waits(backoff, drawn)).toEqual([expected, expected, expected, expected, expected])
  })

  it('come from Math.random unless random is given', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(1), 'product')
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.25)
    onTestFinished(() => random.mockRestore())

    const answer = retry({ clock, backoff: constant({ delayMs: 100, jitter: 'equal' }) }).run(operation)
    await clock.runAll()
    await answer

    expect(callTimes(operation)[1]).toBe(62.5)
  })
})
