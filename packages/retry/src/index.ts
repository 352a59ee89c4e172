export {
  type Backoff,
  type BackoffFacts,
  type ConstantOptions,
  constant,
  type ExponentialOptions,
  exponential,
  type Jitter,
  type LinearOptions,
  linear,
  type SequenceOptions,
  sequence,
} from './backoff.ts'
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from './budget.ts'
export type {
  RetryBudgetExhausted,
  RetryEvent,
  RetryExhausted,
  RetryScheduled,
  RetrySucceeded,
} from './events.ts'
export { type RetryInfo, retryInfo, type StopReason } from './info.ts'
export type { FailedAttempt, ResultReceiver, RetryOptions } from './options.ts'
export { permanent, permanentBrand } from './permanent.ts'
export { type Retry, retry } from './retry.ts'
