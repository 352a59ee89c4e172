import CircuitBreaker from 'opossum'
import pLimit from 'p-limit'
import pRetry from 'p-retry'
import pTimeout from 'p-timeout'
import { FAILURES_TO_OPEN, MAX_ATTEMPTS, MAX_CONCURRENT, type Maker, OPEN_MS, TIMEOUT_MS } from './job.ts'

const breaking = { resetTimeout: OPEN_MS, volumeThreshold: FAILURES_TO_OPEN }

/** p-retry, p-timeout and p-limit. */
export const small = {
  retry: work => () => pRetry(work, { retries: MAX_ATTEMPTS - 1 }),
  timeout: work => () => pTimeout(Promise.resolve(work()), { milliseconds: TIMEOUT_MS }),
  limit: work => {
    const limit = pLimit(MAX_CONCURRENT)
    return () => limit(work)
  },
  retryAndTimeout: work => () =>
    pRetry(() => pTimeout(Promise.resolve(work()), { milliseconds: TIMEOUT_MS }), {
      retries: MAX_ATTEMPTS - 1,
    }),
} satisfies Record<string, Maker>

/** The operation belongs to the breaker. It is asynchronous by its README. */
export const opossum = {
  breaker: work => {
    const breaker = new CircuitBreaker(work as () => Promise<number>, { ...breaking, timeout: false })
    return () => breaker.fire()
  },
  breakerAndTimeout: work => {
    const breaker = new CircuitBreaker(work as () => Promise<number>, { ...breaking, timeout: TIMEOUT_MS })
    return () => breaker.fire()
  },
} satisfies Record<string, Maker>
