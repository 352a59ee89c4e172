import {
  type Clock,
  circuitBreaker,
  exponential,
  type FailedAttempt,
  failureRate,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import { CatalogueError, getProduct } from './get-product.ts'

export interface CatalogueOptions {
  readonly url: string
  /** For tests; likewise `random`. */
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

export type Catalogue = ReturnType<typeof catalogue>

/** The client of the catalogue: made once, and shared by all requests of the service. */
export function catalogue({ url, clock, random }: CatalogueOptions) {
  const breaker = circuitBreaker({
    name: 'catalogue.breaker',
    trip: failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 10 }),
    openMs: 2_000,
    handles: isFailure,
    clock,
    random,
  })

  // Outermost first. 3 attempts of 800 ms and waits of 100 and 200 ms fit the total.
  const policy = pipeline.named(
    'catalogue',
    timeout({ name: 'catalogue.total', timeoutMs: 3_000, clock }),
    // A GET may be repeated. A POST may not, unless the server knows repeats by a key.
    retry({
      maxAttempts: 3,
      backoff: exponential({ firstMs: 100 }),
      handles: isFailure,
      delayFor: saidDelay,
      clock,
      random,
    }),
    breaker,
    timeout({ name: 'catalogue.attempt', timeoutMs: 800, clock }),
  )

  return {
    breaker,
    policy,
    /** Resolves with undefined where there is no such product. `signal` is that of the caller. */
    product: (id: string, signal: AbortSignal) =>
      policy.run(call => getProduct(`${url}/products/${id}`, call.signal), { signal }),
  }
}

/** A request that the catalogue refuses, such as a malformed one, is no sign of its health, and no better next time. */
function isFailure({ error }: { readonly error: unknown }): boolean {
  return !(error instanceof CatalogueError) || error.status >= 500 || error.status === 429
}

/** The catalogue knows better than a backoff when to come back. */
function saidDelay({ error }: FailedAttempt): number | undefined {
  return error instanceof CatalogueError ? error.retryAfterMs : undefined
}
