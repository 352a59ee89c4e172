import type { FailureFacts, PolicyEvent } from '@holdfast/core'

/** An attempt failed, and another follows after a wait. The attempt of the event is the one that failed. */
export interface RetryScheduled extends PolicyEvent, FailureFacts {
  readonly type: 'retry.scheduled'
  /** The wait that begins, in milliseconds. */
  readonly delayMs: number
}

/** The operation succeeded, after at least one retry. */
export interface RetrySucceeded extends PolicyEvent {
  readonly type: 'retry.succeeded'
  /** How often the operation was called, at least 2. */
  readonly attempts: number
}

/** The last attempt failed, or the next one would have begun at or after the deadline. */
export interface RetryExhausted extends PolicyEvent, FailureFacts {
  readonly type: 'retry.exhausted'
  /** How often the operation was called. */
  readonly attempts: number
  /** `attempts`: there were `maxAttempts`. `deadline`: the wait would have ended at or after the deadline. */
  readonly stopped: 'attempts' | 'deadline'
}

/** An attempt failed, and the budget had no retry left. */
export interface RetryBudgetExhausted extends PolicyEvent, FailureFacts {
  readonly type: 'retry.budgetExhausted'
  /** How often the operation was called. */
  readonly attempts: number
}

/** The events of a retry. */
export type RetryEvent = RetryScheduled | RetrySucceeded | RetryExhausted | RetryBudgetExhausted
