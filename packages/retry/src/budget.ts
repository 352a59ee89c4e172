import type { Clock } from '@holdfast/core'
import { numeric, RollingCounts, readOptions } from '@holdfast/core/kernel'

const WINDOW_MS = 10_000
const SLOTS = 10
const CALLS = 0
const RETRIES = 1

/** Calls are counted in batches, so that a call that succeeds does not read the clock. */
const BATCH = 64

export interface RetryBudgetOptions {
  /** Retries per call, at least 0. Default 0.2: one retry for five calls. */
  readonly ratio?: number | undefined
  /** Retries per second that are granted whatever the number of calls, at least 0. Default 10. */
  readonly minPerSecond?: number | undefined
}

/** Bounds the retries of all policies that share it. */
export interface RetryBudget {
  /** Retries that it would grant now. */
  remaining(clock: Clock): number
  /** Counts a call. */
  deposit(clock: Clock): void
  /** Takes a retry, at once, if there is one left. */
  withdraw(clock: Clock): boolean
}

/**
 * Within any 10 s it grants at most `ratio` retries per call, and `minPerSecond` each second besides: when a dependency
 * fails as a whole, retries add a fifth to its load instead of multiplying it. The idea and the window are those of
 * Finagle's RetryBudget.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const budget = retryBudget({ ratio: 0.1 })
 * const [reads, writes] = [retry({ budget }), retry({ budget, maxAttempts: 2 })]
 */
export function retryBudget(options?: RetryBudgetOptions): RetryBudget {
  const { ratio, minPerSecond } = readOptions('retryBudget', options, {
    ratio: numeric('a finite number of at least 0', isShare, 0.2),
    minPerSecond: numeric('a finite number of at least 0', isShare, 10),
  })
  const counts = new RollingCounts(WINDOW_MS, SLOTS, 2)
  let uncounted = 0

  const countCalls = (nowMs: number): void => {
    counts.add(CALLS, nowMs, uncounted)
    uncounted = 0
  }
  const remaining = (clock: Clock): number => {
    const nowMs = clock.nowMs()
    countCalls(nowMs)
    const granted = ratio * counts.total(CALLS, nowMs) + (minPerSecond * WINDOW_MS) / 1_000
    return Math.max(0, Math.floor(granted - counts.total(RETRIES, nowMs)))
  }
  return {
    remaining,
    deposit: clock => {
      if (++uncounted === BATCH) countCalls(clock.nowMs())
    },
    withdraw: clock => {
      if (remaining(clock) === 0) return false
      counts.add(RETRIES, clock.nowMs())
      return true
    },
  }
}

const isShare = (value: number): boolean => value >= 0 && value < Infinity
