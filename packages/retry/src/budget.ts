import { type Call, type Clock, systemClock } from '@holdfast/core'
import { numeric, RollingCounts, readOptions } from '@holdfast/core/kernel'

const SLOT_MS = 1_000
const SLOTS = 10

/** A batch of calls that has taken longer than this, in milliseconds, is followed by one of half the size. */
const BATCH_MS = 100
const LARGEST_BATCH = 1_024

/** Options of `retryBudget`. */
export interface RetryBudgetOptions {
  /** Retries per call, at least 0. Default 0.2: one retry for five calls. */
  readonly ratio?: number | undefined
  /** Retries per second that are granted whatever the number of calls, at least 0. Default 10. */
  readonly minPerSecond?: number | undefined
}

/**
 * Bounds the retries of all policies that share it. `retryBudget` makes one; any object with these methods is another.
 */
export interface RetryBudget {
  /**
   * Retries that it would grant now. Name the clock where policies have been given one. Default: that of the platform.
   */
  remaining(clock?: Clock): number
  /** Counts a call. It is told which one, so that a budget of your own can hold one for each tenant. */
  deposit(clock: Clock, call?: Call): void
  /** Takes a retry if there is one left, and says so. It must decide at once: a promise is a `TypeError`. */
  withdraw(clock: Clock, call?: Call): boolean
}

/**
 * Makes a budget of retries. Within any 10 s it grants at most `ratio` retries per call, and `minPerSecond` each second
 * besides: when a dependency fails as a whole, retries add a fifth to its load instead of multiplying it. The idea and
 * the window are those of Finagle's RetryBudget.
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
  // A window of slots is short of up to one of them. Calls may count too short, retries must not: they have one more.
  const calls = new RollingCounts(SLOTS * SLOT_MS, SLOTS, 1)
  const retries = new RollingCounts((SLOTS + 1) * SLOT_MS, SLOTS + 1, 1)
  // Most calls that succeed do not read the clock: they are counted in batches, each as of its first call. So no call
  // counts longer than it should, and at a low rate, each is a batch.
  let batch = 1
  let batched = 0
  let batchedAtMs = Number.NEGATIVE_INFINITY
  let countedAtMs = Number.NEGATIVE_INFINITY

  const countBatch = (nowMs: number): void => {
    calls.add(0, batchedAtMs, batched)
    batched = 0
    const tookMs = nowMs - countedAtMs
    batch = tookMs > BATCH_MS ? Math.max(1, batch >> 1) : Math.min(LARGEST_BATCH, batch << 1)
    countedAtMs = nowMs
  }
  const remaining = (clock: Clock = systemClock): number => {
    const nowMs = clock.nowMs()
    if (batched > 0) countBatch(nowMs)
    const granted = ratio * calls.total(0, nowMs) + minPerSecond * SLOTS
    return Math.max(0, Math.floor(granted - retries.total(0, nowMs)))
  }
  return {
    remaining,
    deposit: clock => {
      if (batched === 0) batchedAtMs = clock.nowMs()
      if (++batched >= batch) countBatch(clock.nowMs())
    },
    withdraw: clock => {
      if (remaining(clock) === 0) return false
      retries.add(0, clock.nowMs())
      return true
    },
  }
}

const isShare = (value: number): boolean => value >= 0 && value < Infinity
