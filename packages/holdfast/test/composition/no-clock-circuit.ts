import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import {
  type AnyPolicy,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  consecutiveFailures,
  type Trip,
} from 'holdfast'
import { contextOf } from './call-key.ts'

/** Opens at the first failure. */
export const trip: Trip = consecutiveFailures(1)
export const up = (): string => 'up'

/** A breaker that draws no lot shorter than the whole of its open time. */
export const breakerOf = (options: CircuitBreakerOptions): CircuitBreaker =>
  circuitBreaker({ ...options, random: () => 1 })

export const fail = (policy: AnyPolicy, key = 'any'): Promise<unknown> =>
  rejectionOf(policy.run(() => Promise.reject(new Error('down')), { context: contextOf(key) }))
