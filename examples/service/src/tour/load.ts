import { randomUUID } from 'node:crypto'
import autocannon, { type Options } from 'autocannon'

/** What a client of the service has seen. */
export interface Seen {
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests without an answer. */
  readonly errors: number
  readonly perSecond: number
  readonly p99Ms: number
}

/** Asks for products and places orders, for so long. */
export async function load(url: string, durationMs: number): Promise<{ products: Seen; orders: Seen }> {
  const [products, orders] = await Promise.all([
    fire(durationMs, { url, requests: PRODUCTS.map(id => ({ path: `/products/${id}` })) }),
    fire(durationMs, {
      url: `${url}/orders`,
      requests: [
        {
          method: 'POST',
          body: JSON.stringify({ productId: '7', quantity: 1 }),
          // The key makes each of them another order.
          setupRequest: request => ({
            ...request,
            headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
          }),
        },
      ],
    }),
  ])
  return { products, orders }
}

export const PRODUCTS = [1, 2, 3, 4, 5, 6, 7, 8]

async function fire(durationMs: number, options: Options): Promise<Seen> {
  const sampleInt = 100
  const result = await autocannon({ connections: 8, duration: durationMs / 1_000, sampleInt, timeout: 10, ...options })
  const statuses = Object.entries(result.statusCodeStats ?? {}).map(([status, { count = 0 }]) => [status, count])
  return {
    statuses: Object.fromEntries(statuses) as Record<string, number>,
    errors: result.errors,
    perSecond: Math.round(result.requests.total / result.duration),
    p99Ms: result.latency.p99,
  }
}
