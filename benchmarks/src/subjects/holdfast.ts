import {
  type AnyPolicy,
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  fallback,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import {
  DEADLINE_MS,
  FAILURES_TO_OPEN,
  type HeedfulMaker,
  MAX_ATTEMPTS,
  MAX_CONCURRENT,
  OPEN_MS,
  STALE,
  TIMEOUT_MS,
} from './job.ts'

const policies = {
  retry: () => retry({ maxAttempts: MAX_ATTEMPTS }),
  timeout: () => timeout({ timeoutMs: TIMEOUT_MS }),
  breaker: () => circuitBreaker({ trip: consecutiveFailures(FAILURES_TO_OPEN), openMs: OPEN_MS }),
  bulkhead: () => bulkhead({ maxConcurrent: MAX_CONCURRENT }),
  fallback: () => fallback({ to: () => STALE }),
}

export const five = () =>
  pipeline(policies.fallback(), policies.retry(), policies.breaker(), policies.bulkhead(), policies.timeout())

const runs =
  (make: () => AnyPolicy): HeedfulMaker =>
  work => {
    const policy = make()
    return () => policy.run(work)
  }

export const holdfast = {
  retry: runs(policies.retry),
  timeout: runs(policies.timeout),
  breaker: runs(policies.breaker),
  bulkhead: runs(policies.bulkhead),
  fallback: runs(policies.fallback),
  retryAndTimeout: runs(() => pipeline(policies.retry(), policies.timeout())),
  breakerAndTimeout: runs(() => pipeline(policies.breaker(), policies.timeout())),
  four: runs(() => pipeline(policies.fallback(), policies.retry(), policies.breaker(), policies.bulkhead())),
  five: runs(five),
} satisfies Record<string, HeedfulMaker>

export const fiveUnder =
  (signal: AbortSignal): HeedfulMaker =>
  work => {
    const policy = five()
    return () => policy.run(work, { signal })
  }

export const fiveWithDeadline: HeedfulMaker = work => {
  const policy = five()
  return () => policy.run(work, { timeoutMs: DEADLINE_MS })
}

/** With a listener for whatever any of the five tells. */
export const fiveHeard: HeedfulMaker = work => {
  const policy = five()
  policy.subscribe(() => {})
  return () => policy.run(work)
}
