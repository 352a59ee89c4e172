import {
  bulkhead,
  type Clock,
  circuitBreaker,
  type EventOf,
  exponential,
  failureRate,
  fallback,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import { lot } from './lot.ts'
import { type Answer, type Client, fetchPrice } from './price.ts'

export interface GuardedClientOptions {
  readonly url: string
  readonly seed: number
  readonly clock?: Clock | undefined
}

export type GuardedClient = ReturnType<typeof guardedClient>

/** What any of its policies tells. */
export type GuardedEvent = EventOf<GuardedClient['prices']>

/** The same request through a pipeline. The return type is inferred, with the events of all six policies. */
export function guardedClient({ url, seed, clock }: GuardedClientOptions) {
  const random = seededRandom(seed)
  let lastKnown: { readonly price: number; readonly atMs: number } | undefined

  const breaker = circuitBreaker({
    name: 'prices.breaker',
    trip: failureRate({ threshold: 0.6, windowMs: 1_000, minCalls: 10 }),
    openMs: 500,
    clock,
    random,
  })
  const slots = bulkhead({ name: 'prices.slots', maxConcurrent: 8, maxQueued: 10, maxWaitMs: 100, clock })

  // Outermost first, in the order in which a call meets them:
  const prices = pipeline.named(
    'prices',
    // Outside all others, because it answers whatever any of them rejects with, the total limit included.
    fallback({ name: 'prices.fallback', to: ({ error }) => staleOr(error), clock }),
    // What a user waits at most. Around the retry, so that attempts and waits together stay within it.
    timeout({ name: 'prices.total', timeoutMs: 1_000, clock }),
    // Reading a price twice does no harm. Within the limit: 3 × 250 ms and at most 50 + 100 ms between them.
    retry({ name: 'prices.retry', maxAttempts: 3, backoff: exponential({ firstMs: 50 }), clock, random }),
    // Inside the retry, so that it sees each attempt. Once it is open, the retry ends too.
    breaker,
    // Inside the retry, so that a call that waits for its next attempt holds no slot; inside the breaker, so that a
    // call that is refused needs none.
    slots,
    // Innermost: one attempt, from when it has its slot. The breaker around it counts what it cuts off.
    timeout({ name: 'prices.attempt', timeoutMs: 250, clock }),
  )

  const staleOr = (error: unknown): Answer => {
    if (lastKnown === undefined) throw error
    return { kind: 'stale', price: lastKnown.price, ageMs: performance.now() - lastKnown.atMs }
  }

  const ask: Client = (call, end) =>
    prices.run(
      async ({ attempt, signal }): Promise<Answer> => {
        const price = await fetchPrice(url, { call, attempt, signal })
        lastKnown = { price, atMs: performance.now() }
        return { kind: 'fresh', price }
      },
      { signal: end },
    )

  return { ask, prices, breaker, slots }
}

/** Jitter for a run that can be repeated. A service leaves `random` alone. */
function seededRandom(seed: number): () => number {
  let draws = 0
  return () => lot(seed, 'jitter', draws++)
}
