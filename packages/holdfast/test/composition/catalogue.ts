import { type Clock, circuitBreaker, exponential, failureRate, pipeline, retry, timeout } from 'holdfast'

/** The pipeline of the first page of the documentation, with its breaker at hand; all lots are 1. */
export function catalogueOf(clock: Clock) {
  const random = (): number => 1
  const breaker = circuitBreaker({
    name: 'catalogue',
    trip: failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 20 }),
    clock,
    random,
  })
  const catalogue = pipeline(
    timeout({ timeoutMs: 3_000, name: 'catalogue.total', clock }),
    retry({ maxAttempts: 3, backoff: exponential({ firstMs: 100, maxMs: 2_000 }), clock, random }),
    breaker,
    timeout({ timeoutMs: 800, name: 'catalogue.attempt', clock }),
  )
  return { catalogue, breaker }
}
