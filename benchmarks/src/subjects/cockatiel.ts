import * as cockatiel from 'cockatiel'
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
