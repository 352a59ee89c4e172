import * as cockatiel from 'cockatiel'
import type { Call } from '../harness/interleaved.ts'
import type { Limits } from './db-family.ts'
import { FAILURES_TO_OPEN, type HeedfulMaker, MAX_ATTEMPTS, MAX_CONCURRENT, OPEN_MS, STALE, TIMEOUT_MS } from './job.ts'

const { handleAll, wrap } = cockatiel

const policies = {
  retry: () =>
    cockatiel.retry(handleAll, { maxAttempts: MAX_ATTEMPTS - 1, backoff: new cockatiel.ExponentialBackoff() }),
  timeout: () => cockatiel.timeout(TIMEOUT_MS, cockatiel.TimeoutStrategy.Aggressive),
  breaker: () =>
    cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: OPEN_MS,
      breaker: new cockatiel.ConsecutiveBreaker(FAILURES_TO_OPEN),
    }),
  bulkhead: () => cockatiel.bulkhead(MAX_CONCURRENT),
  fallback: () => cockatiel.fallback(handleAll, STALE),
}

export const five = () =>
  wrap(policies.fallback(), policies.retry(), policies.breaker(), policies.bulkhead(), policies.timeout())

const executes =
  (make: () => cockatiel.IPolicy<cockatiel.IDefaultPolicyContext, unknown>, signal?: AbortSignal): HeedfulMaker =>
  work => {
    const policy = make()
    return signal === undefined ? () => policy.execute(work) : () => policy.execute(work, signal)
  }

export const ofCockatiel = {
  retry: executes(policies.retry),
  timeout: executes(policies.timeout),
  breaker: executes(policies.breaker),
  bulkhead: executes(policies.bulkhead),
  fallback: executes(policies.fallback),
  retryAndTimeout: executes(() => wrap(policies.retry(), policies.timeout())),
  breakerAndTimeout: executes(() => wrap(policies.breaker(), policies.timeout())),
  four: executes(() => wrap(policies.fallback(), policies.retry(), policies.breaker(), policies.bulkhead())),
  five: executes(five),
} satisfies Record<string, HeedfulMaker>

export const fiveUnder = (signal: AbortSignal): HeedfulMaker => executes(five, signal)

/** As it is put around a client: both limits, a retry, a breaker, and where it is a pool a bulkhead in which calls may wait. */
export function aroundByCockatiel(work: Call, { attemptMs, totalMs }: Limits, maxConcurrent?: number): Call {
  const policy = wrap(
    cockatiel.timeout(totalMs, cockatiel.TimeoutStrategy.Aggressive),
    policies.retry(),
    policies.breaker(),
    maxConcurrent === undefined ? cockatiel.noop : cockatiel.bulkhead(maxConcurrent, 10 * maxConcurrent),
    cockatiel.timeout(attemptMs, cockatiel.TimeoutStrategy.Aggressive),
  )
  return () => policy.execute(work)
}
