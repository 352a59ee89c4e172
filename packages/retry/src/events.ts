import type { FailureFacts, PolicyEvent } from '@holdfast/core'

/** An attempt failed, and another follows after a wait. The attempt of the event is the one that failed. */
export interface RetryScheduled extends PolicyEvent, FailureFacts {
  readonly type: 'retry.scheduled'
  readonly delayMs: number
}

/** The operation succeeded, after at least one retry. */
export interface RetrySucceeded extends PolicyEvent {
  readonly type: 'retry.succeeded'
  readonly attempts: number
}

/** The last attempt failed, or the next one would have begun at or after the deadline. */
export interface RetryExhausted extends PolicyEvent, FailureFacts {
  readonly type: 'retry.exhausted'
  readonly attempts: number
  readonly stopped: 'attempts' | 'deadline'
}

/** An attempt failed, and the budget had no retry left. */
export interface RetryBudgetExhausted extends PolicyEvent, FailureFacts {
  readonly type: 'retry.budgetExhausted'
  readonly attempts: number
}

export type RetryEvent = RetryScheduled | RetrySucceeded | RetryExhausted | RetryBudgetExhausted
