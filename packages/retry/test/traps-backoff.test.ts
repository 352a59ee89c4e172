import { type Backoff, type BackoffFacts, constant, exponential, linear, sequence } from '@holdfast/retry'
import { describe, expect, it } from 'vitest'
import { waits } from './waits.ts'

const jitters = ['none', 'full', 'equal', 'decorrelated'] as const

/** What a backoff says after `attempt`, when the lot is `drawn` and the wait before was as long as it gets. */
function waitOf(backoff: Backoff, attempt: number, drawn: number, previousMs = 1_000): number {
  const facts: Omit<BackoffFacts, 'call'> = { attempt, previousMs, error: undefined, random: () => drawn }
  return backoff(facts as BackoffFacts)
}

describe('traps of retry: jitter', () => {
  it.each([
    ['full', [0, 500, 1_000]],
    ['equal', [500, 750, 1_000]],
    ['decorrelated', [100, 550, 1_000]],
  ] as const)('is still there at the cap: not all clients wait the same at attempt 20 (%s)', (jitter, expected) => {
    const backoff = exponential({ maxMs: 1_000, jitter })

    expect([0, 0.5, 1].map(drawn => waitOf(backoff, 20, drawn))).toEqual(expected)
  })

  it.each([
    ['constant', constant({ delayMs: 1_000 })],
    ['linear', linear({ maxMs: 1_000 })],
    ['sequence', sequence([10, 1_000])],
  ])('is still there at the cap of %s', (_, backoff) => {
    expect([0, 0.5, 1].map(drawn => waitOf(backoff, 20, drawn))).toEqual([0, 500, 1_000])
  })

  it.each(jitters)('never leads above the cap (%s)', jitter => {
    const backoff = exponential({ firstMs: 300, factor: 7, maxMs: 1_000, jitter })

    const longest = [1, 2, 3, 20, 1_000].map(attempt => waitOf(backoff, attempt, 1))

    expect(Math.max(...longest)).toBe(1_000)
  })
})

describe('traps of retry: the factor', () => {
  it.each(['none', 'full', 'equal'] as const)('is honoured by %s jitter', async jitter => {
    const backoff = exponential({ firstMs: 10, factor: 3, maxMs: 200, jitter })

    expect(await waits(backoff, 1)).toEqual([10, 30, 90, 200, 200])
  })

  it('is honoured by decorrelated jitter', async () => {
    const backoff = exponential({ firstMs: 10, factor: 3, maxMs: 10_000, jitter: 'decorrelated' })

    expect(await waits(backoff, 1)).toEqual([40, 160, 640, 2_560, 10_000])
  })
})

describe('traps of retry: a high number of attempts', () => {
  const attempts = [1_023, 1_024, 1_025, 10_000, Number.MAX_SAFE_INTEGER]
  const unfit = (backoff: Backoff, capMs: number): number[] =>
    attempts
      .flatMap(attempt => [0, 0.5, 1].map(drawn => waitOf(backoff, attempt, drawn, capMs)))
      .filter(waitMs => !(waitMs >= 0 && waitMs <= capMs))

  it.each(jitters)('overflows neither to NaN nor to Infinity (%s)', jitter => {
    const longestMs = 2 ** 31 - 1

    for (const [firstMs, factor, maxMs] of [
      [100, 2, 20_000],
      [0, 2, 20_000],
      [0, Number.MAX_VALUE, 0],
      [longestMs, Number.MAX_VALUE, longestMs],
    ] as const) {
      expect(unfit(exponential({ firstMs, factor, maxMs, jitter }), maxMs)).toEqual([])
    }
  })

  it('overflows neither to NaN nor to Infinity where waits grow by a step', () => {
    const longestMs = 2 ** 31 - 1

    const backoff = linear({ firstMs: longestMs, stepMs: longestMs, maxMs: longestMs })

    expect(unfit(backoff, longestMs)).toEqual([])
  })

  it('keeps a wait of 0 at 0, which times Infinity would be no number', () => {
    const backoff = exponential({ firstMs: 0, factor: Number.MAX_VALUE, jitter: 'none' })

    expect(attempts.map(attempt => waitOf(backoff, attempt, 1))).toEqual([0, 0, 0, 0, 0])
  })
})
