import type { CircuitBreaker, CircuitBreakerOptions, CircuitSnapshot } from '@holdfast/circuit-breaker'
import type { VirtualClock } from '@holdfast/testing'
import { brittle, fail } from './brittle.ts'

/** What another process gets to read. */
export const overTheWire = (snapshot: CircuitSnapshot): unknown => JSON.parse(JSON.stringify(snapshot))

/** The snapshot of a breaker that opened for a second so long ago. */
export async function snapshotAfter(
  clock: VirtualClock,
  ms: number,
  options: CircuitBreakerOptions = {},
): Promise<CircuitSnapshot> {
  const breaker = brittle(clock, options)
  await fail(breaker)
  await clock.advance(ms)
  return breaker.snapshot()
}

/** A breaker that is isolated for maintenance. */
export function isolated(clock: VirtualClock): CircuitBreaker {
  const breaker = brittle(clock)
  breaker.isolate({ reason: 'maintenance' })
  return breaker
}
