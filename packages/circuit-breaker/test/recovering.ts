import type { CircuitBreaker, CircuitBreakerOptions, HalfOpenOptions } from '@holdfast/circuit-breaker'
import type { VirtualClock } from '@holdfast/testing'
import { brittle, fail } from './brittle.ts'

/** A breaker whose open time is over. */
export async function recovering(
  clock: VirtualClock,
  halfOpen: HalfOpenOptions,
  options: CircuitBreakerOptions = {},
): Promise<CircuitBreaker> {
  const breaker = brittle(clock, { halfOpen, ...options })
  await fail(breaker)
  await clock.advance(1_000)
  return breaker
}
