export { CircuitOpenError } from '@holdfast/core'
export { type CircuitBreaker, type CircuitPermit, circuitBreaker, type ManualAction } from './circuit-breaker.ts'
export type {
  CircuitClosed,
  CircuitEvent,
  CircuitHalfOpened,
  CircuitOpened,
  CircuitRejected,
  CircuitRestoreFailed,
} from './events.ts'
export type { CircuitBreakerOptions, CircuitFailure, HalfOpenOptions } from './options.ts'
export type { Outcome } from './outcome.ts'
export type { CircuitSnapshot } from './snapshot.ts'
export {
  anyOf,
  consecutiveFailures,
  type FailureRateOptions,
  failureRate,
  type SlowCallRateOptions,
  slowCallRate,
  type Trip,
  type TripCounter,
  type TripOutcome,
  type WindowOptions,
} from './trips.ts'
