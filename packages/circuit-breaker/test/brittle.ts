import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  consecutiveFailures,
} from '@holdfast/circuit-breaker'
import type { AnyPolicy, Clock } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'

/** A breaker that opens at the first failure, for exactly a second: the draw is the highest. */
export function brittle(clock: Clock, options: CircuitBreakerOptions = {}): CircuitBreaker {
  return circuitBreaker({ clock, trip: consecutiveFailures(1), openMs: 1_000, random: () => 1, ...options })
}

/** Runs as many calls that fail under `policy`, one after the other. */
export async function fail(policy: AnyPolicy, times = 1): Promise<void> {
  for (let call = 0; call < times; call++) await rejectionOf(policy.run(() => Promise.reject(new Error('down'))))
}

/** Runs as many calls that succeed under `policy`, one after the other. */
export async function succeed(policy: AnyPolicy, times = 1): Promise<void> {
  for (let call = 0; call < times; call++) await policy.run(() => 'up')
}
