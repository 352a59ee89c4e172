import type { ResilientPool } from '@holdfast/postgres'
import { breakerOf } from '@holdfast/redis'
import type { Redis } from 'ioredis'
import type { Customers } from './customers.ts'
import type { PriceList } from './price-list.ts'

export interface Watched {
  readonly pool: ResilientPool
  readonly cache: Redis | undefined
  readonly prices: PriceList
  readonly customers: Customers
}

/** Returns what tells, in a line, what has happened since the last one. */
export function scoreboard({ pool, cache, prices, customers }: Watched): () => string {
  let retries = 0
  pool.policy.subscribe(event => {
    if (event.type === 'retry.scheduled') retries++
  })

  const startMs = performance.now()
  const ms = difference(() => performance.now() - startMs)
  const orders = difference(() => customers.told.receipts.size)
  const retried = difference(() => retries)
  const repeats = difference(customers.repeats)
  const fromCache = difference(() => prices.answered.fromCache)
  const fromDatabase = difference(() => prices.answered.fromDatabase)

  return () => {
    const hits = fromCache()
    const all = hits + fromDatabase()
    return [
      `${((performance.now() - startMs) / 1_000).toFixed(1)} s`.padStart(8),
      `${Math.round((1_000 * orders()) / ms())} orders/s`.padStart(12),
      `${retried()} retries`.padStart(11),
      `${repeats()} sent again`.padStart(14),
      `breaker ${pool.breaker?.state}`.padEnd(17),
      cache === undefined
        ? 'no cache'
        : `cache ${breakerOf(cache)?.state === 'closed' ? 'on' : 'off'}, ${percent(hits, all)} of the prices`,
    ].join('  ')
  }
}

/** What a count has grown by since it was asked for the last time. */
function difference(count: () => number): () => number {
  let before = 0
  return () => {
    const grown = count() - before
    before += grown
    return grown
  }
}

function percent(part: number, all: number): string {
  return all === 0 ? '–' : `${Math.round((100 * part) / all)} %`
}
