import * as cockatiel from 'cockatiel'
import { bulkhead, circuitBreaker, failureRate, fallback, pipeline, retry, timeout } from 'holdfast'
import { type HeedfulWork, MAX_ATTEMPTS, STALE } from '../subjects/job.ts'
import { BACKOFF_MS, backoffMs, type Ending, LIMIT_MS } from './soak-work.ts'

export interface Soaked {
  readonly run: (work: HeedfulWork, signal: AbortSignal) => Promise<unknown>
  /** How the call of a caller who gives up ends. */
  readonly whenAborted: Ending
}

/** Less than there are callers, so that some calls wait for a slot. */
const MAX_CONCURRENT = 64
const THRESHOLD = 0.5
const WINDOW_MS = 10_000

export function holdfastSoaked(): Soaked {
  const policy = pipeline(
    fallback({ to: () => STALE }),
    retry({ maxAttempts: MAX_ATTEMPTS, backoff: backoffMs }),
    circuitBreaker({ trip: failureRate({ threshold: THRESHOLD, windowMs: WINDOW_MS }) }),
    bulkhead({ maxConcurrent: MAX_CONCURRENT, maxQueued: Infinity }),
    timeout({ timeoutMs: LIMIT_MS }),
  )
  return { run: (work, signal) => policy.run(work, { signal }), whenAborted: 'aborted' }
}

export function cockatielSoaked(): Soaked {
  const { handleAll, wrap } = cockatiel
  const policy = wrap(
    cockatiel.fallback(handleAll, STALE),
    cockatiel.retry(handleAll, {
      maxAttempts: MAX_ATTEMPTS - 1,
      // It waits out what its caller has given up on: the long wait would keep the soak for as long.
      backoff: new cockatiel.ConstantBackoff(BACKOFF_MS),
    }),
    cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: WINDOW_MS,
      breaker: new cockatiel.SamplingBreaker({ threshold: THRESHOLD, duration: WINDOW_MS }),
    }),
    cockatiel.bulkhead(MAX_CONCURRENT, Infinity),
    cockatiel.timeout(LIMIT_MS, cockatiel.TimeoutStrategy.Aggressive),
  )
  return { run: (work, signal) => policy.execute(work, signal), whenAborted: 'stale' }
}
