export type { Call, CallContext, Operation } from './call.ts'
export { type Clock, systemClock } from './clock.ts'
export {
  BulkheadFullError,
  CircuitOpenError,
  HoldfastError,
  type HoldfastErrorCode,
  type HoldfastErrors,
  isHoldfastError,
  isProtective,
  RateLimitedError,
  TimeoutError,
} from './errors.ts'
export type { ErrorFacts, FailureFacts, Listener, PolicyEvent } from './events.ts'
export {
  type Keyed,
  type KeyedEvent,
  type KeyedEvicted,
  type KeyedOptions,
  type KeyedOverflowed,
  keyed,
} from './keyed.ts'
export {
  type AttemptSettled,
  type AttemptStarted,
  type CallEvent,
  type CallSettled,
  type CallStarted,
  observe,
} from './observe.ts'
export type { Bracket, Observer } from './observers.ts'
export type { CommonOptions } from './options.ts'
export { type PipelineFactory, type PipelineOptions, pipeline } from './pipeline.ts'
export { type AddedBy, type AnyPolicy, type EventOf, type Policy, policies, type ResultPredicate } from './policy.ts'
export { protect } from './protect.ts'
export type { RunOptions } from './run.ts'
export { UnknownOutcomeError } from './unknown-outcome-error.ts'
export type { PipelineWarning } from './warnings.ts'
