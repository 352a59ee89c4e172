import type { ResilientPool } from '@holdfast/postgres'
import { fallback } from 'holdfast'
import type { Redis } from 'ioredis'

interface Article {
  readonly name: string
  readonly priceCents: number
}

export interface PriceList {
  readonly article: (id: number, signal: AbortSignal) => Promise<Article | undefined>
  /** Where the answers came from. */
  readonly answered: { readonly fromCache: number; readonly fromDatabase: number }
}

const KEPT_MS = 500

/** Names and prices: from the cache where that has them, else from the database. Works without a cache, too. */
export function priceList(pool: ResilientPool, cache: Redis | undefined): PriceList {
  const answered = { fromCache: 0, fromDatabase: 0 }
  // Whatever is wrong with the cache, it is as if it had nothing.
  const orNothing = fallback({ name: 'cache.fallback', to: () => null })

  const read = async (id: number, signal: AbortSignal): Promise<Article | undefined> => {
    const { rows } = await pool.query<Article>(
      'select name, price_cents as "priceCents" from article where id = $1',
      [id],
      { readOnly: true, signal },
    )
    return rows[0]
  }

  return {
    answered,
    article: async (id, signal) => {
      const key = `article:${id}`
      const kept = cache && (await orNothing.run(() => cache.get(key), { signal }))
      if (kept) {
        answered.fromCache++
        return JSON.parse(kept) as Article
      }
      const article = await read(id, signal)
      answered.fromDatabase++
      // Nobody waits for that.
      if (cache && article) void orNothing.run(() => cache.set(key, JSON.stringify(article), 'PX', KEPT_MS))
      return article
    },
  }
}
