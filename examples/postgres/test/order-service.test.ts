import { randomUUID } from 'node:crypto'
import { describePostgres, describeRedis } from '@holdfast/database-servers/vitest'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Pool } from 'pg'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { articleCache, ordersDatabase } from '../src/connections.ts'
import { startOrderService } from '../src/order-service.ts'
import { createTables } from '../src/schema.ts'

/** For a machine that is busy with other things. */
const PATIENCE = { timeout: 30_000 }

async function serve(pool: ResilientPool, cache?: ReturnType<typeof articleCache>) {
  const service = await startOrderService(pool, cache)
  onTestFinished(async () => {
    await service.close()
    await pool.end()
    cache?.disconnect()
  })
  return {
    prices: service.prices,
    price: (id: number) => fetch(`${service.url}/articles/${id}`),
    order: (order: object, key: string = randomUUID()) =>
      fetch(`${service.url}/orders`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify(order),
      }),
    stockOf: async (id: number) =>
      (await pool.query<{ stock: number }>('select stock from article where id = $1', [id])).rows[0]?.stock,
    count: async (table: 'orders' | 'ledger') =>
      (await pool.query<{ count: number }>(`select count(*)::int from ${table}`)).rows[0]?.count ?? 0,
  }
}

describePostgres('order service', database => {
  beforeAll(async () => {
    const pool = new Pool({ ...database.config })
    await createTables(pool)
    await pool.end()
  })
  const start = () => serve(ordersDatabase(database.config))

  it('takes what is ordered from the stock, and enters its price', async () => {
    const { order, stockOf } = await start()

    const response = await order({ articleId: 1, quantity: 3 })

    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ orderId: expect.any(String) as string, totalCents: 3_600 })
    expect(await stockOf(1)).toBe(9_997)
  })

  it('carries an order out once, however often it is sent', async () => {
    const { order, stockOf, count } = await start()
    const [key, entries] = [randomUUID(), await count('ledger')]

    const responses = await Promise.all(Array.from({ length: 5 }, () => order({ articleId: 2, quantity: 1 }, key)))
    const receipts = await Promise.all(responses.map(response => response.json()))

    expect(new Set(receipts.map(receipt => JSON.stringify(receipt))).size).toBe(1)
    expect(await stockOf(2)).toBe(9_999)
    expect(await count('ledger')).toBe(entries + 1)
  })

  it('refuses another order under the same key', async () => {
    const { order, count } = await start()
    const key = randomUUID()
    await order({ articleId: 3, quantity: 1 }, key)
    const orders = await count('orders')

    const response = await order({ articleId: 3, quantity: 2 }, key)

    expect(response.status).toBe(422)
    expect(await count('orders')).toBe(orders)
  })

  it('books nothing of an order that there is not enough for', async () => {
    const { order, stockOf, count } = await start()
    const orders = await count('orders')

    const responses = [await order({ articleId: 4, quantity: 201 }), await order({ articleId: 9, quantity: 1 })]

    expect(responses.map(({ status }) => status)).toEqual([409, 409])
    expect(await stockOf(4)).toBe(200)
    expect(await count('orders')).toBe(orders)
  })

  it.each([[{ articleId: 1 }], [{ articleId: 1, quantity: -1 }], [{ articleId: 'rope', quantity: 1 }]])(
    'refuses what is no order: %j',
    async sent => {
      const { order } = await start()

      const response = await order(sent)

      expect(response.status).toBe(400)
    },
  )

  it('refuses an order without a key', async () => {
    const { order } = await start()

    const response = await order({ articleId: 1, quantity: 1 }, 'mine')

    expect(response.status).toBe(400)
  })

  it('finds out by itself that an order was booked although the answer to its COMMIT was lost', async () => {
    await using proxy = await faultProxy({ target: database })
    const { order, count } = await serve(ordersDatabase({ ...database.config, port: proxy.port }))
    const entries = await count('ledger')
    const trap = proxy.cutAt({ match: 'COMMIT\0', direction: 'toClient' })

    const response = await order({ articleId: 3, quantity: 1 })
    await trap.sprung

    expect(response.status).toBe(201)
    expect(await count('ledger')).toBe(entries + 1)
  })

  it('tells prices without a cache', async () => {
    const { price, prices } = await start()

    const responses = [await price(1), await price(9)]

    expect(responses.map(({ status }) => status)).toEqual([200, 404])
    expect(await responses[0]?.json()).toEqual({ name: 'rope', priceCents: 1_200 })
    expect(prices.answered).toEqual({ fromCache: 0, fromDatabase: 2 })
  })

  describeRedis(
    'with a cache',
    redis => {
      const startWithCache = () => serve(ordersDatabase(database.config), articleCache(redis.url))

      it('tells prices from it', async () => {
        const { price, prices } = await startWithCache()

        // Nobody waits until it has them.
        const known = await vi.waitFor(async () => {
          const response = await price(1)
          expect(prices.answered.fromCache).toBeGreaterThan(0)
          return response
        }, PATIENCE)

        expect(await known.json()).toEqual({ name: 'rope', priceCents: 1_200 })
      })

      it('tells prices while the cache is down', async () => {
        const { price, prices } = await startWithCache()
        await price(2)
        await redis.stop()

        const response = await price(2)

        expect(await response.json()).toEqual({ name: 'anchor', priceCents: 8_900 })
        expect(prices.answered.fromCache).toBe(0)
      })
    },
    { isStopped: true },
  )
})

describe('order service without its database', () => {
  it('asks its customers to come again', async () => {
    const pool = resilientPool(new Pool({ host: '127.0.0.1', port: 1 }), { retry: false })
    const { order, price } = await serve(pool)

    const responses = [await order({ articleId: 1, quantity: 1 }), await price(1)]

    expect(responses.map(({ status }) => status)).toEqual([503, 503])
    expect(responses.map(({ headers }) => headers.get('retry-after'))).toEqual(['1', '1'])
  })
})
