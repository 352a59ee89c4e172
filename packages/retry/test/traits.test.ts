import { holdfast } from '@holdfast/core/kernel'
import { constant, retry } from '@holdfast/retry'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 10 })

describe('what a retry tells pipelines of itself', () => {
  it.each([
    [
      { maxAttempts: 3, backoff },
      { maxAttempts: 3, maxDelaysMs: 20 },
    ],
    [
      { maxAttempts: 100, backoff },
      { maxAttempts: 100, maxDelaysMs: 990 },
    ],
    [{ maxAttempts: 101, backoff }, { maxAttempts: 101 }],
    [{ maxAttempts: 3, backoff: () => 10 }, { maxAttempts: 3 }],
  ])('is how often it calls, and how long it waits at most if that can be foreseen: %o', (options, expected) => {
    expect(retry(options)[holdfast].traits).toEqual(expected)
  })
})
