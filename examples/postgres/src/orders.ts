import type { ResilientPool } from '@holdfast/postgres'
import type { ClientBase } from 'pg'

export interface Order {
  /** A UUID of the customer's. There is one order for each, however often it is sent. */
  readonly key: string
  readonly articleId: number
  readonly quantity: number
}

export interface Receipt {
  readonly orderId: string
  readonly totalCents: number
}

/** There is less in stock than was ordered, or no such article. */
export class NotAvailable extends Error {
  override readonly name = 'NotAvailable'
}

/** The key stands for another order already. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken'
}

/** Books an order, takes its pieces from the stock and enters its price: all of it, or nothing. Once for each key. */
export function placeOrder(pool: ResilientPool, order: Order, signal: AbortSignal): Promise<Receipt> {
  // This may run more than once, so it does nothing but ask the database, and by `client` alone.
  return pool.transaction(
    async ({ client }) => {
      const receipt = await bookOrder(client, order)
      if (receipt === undefined) return receiptOfEarlier(client, order)
      await takeFromStock(client, order)
      await client.query('insert into ledger (order_id, cents) values ($1, $2)', [receipt.orderId, receipt.totalCents])
      return receipt
    },
    { signal },
  )
}

/** Undefined where there is an order of that key, or no such article. Waits for an order of that key that is under way. */
async function bookOrder(client: ClientBase, { key, articleId, quantity }: Order): Promise<Receipt | undefined> {
  const { rows } = await client.query<Receipt>(
    `insert into orders (key, article_id, quantity, total_cents)
     select $1, id, $3::int, $3::int * price_cents from article where id = $2
     on conflict (key) do nothing
     returning id as "orderId", total_cents as "totalCents"`,
    [key, articleId, quantity],
  )
  return rows[0]
}

/** A customer that has not heard of an order sends it again, and gets the receipt of the first time. */
async function receiptOfEarlier(client: ClientBase, { key, articleId, quantity }: Order): Promise<Receipt> {
  const { rows } = await client.query<Receipt & { readonly isSame: boolean }>(
    `select id as "orderId", total_cents as "totalCents", article_id = $2 and quantity = $3 as "isSame"
     from orders where key = $1`,
    [key, articleId, quantity],
  )
  const [earlier] = rows
  if (earlier === undefined) throw new NotAvailable(`there is no article ${articleId}`)
  if (!earlier.isSame) throw new KeyTaken(`the key ${key} stands for another order`)
  return { orderId: earlier.orderId, totalCents: earlier.totalCents }
}

async function takeFromStock(client: ClientBase, { articleId, quantity }: Order): Promise<void> {
  const { rowCount } = await client.query('update article set stock = stock - $2 where id = $1 and stock >= $2', [
    articleId,
    quantity,
  ])
  if (rowCount === 0) throw new NotAvailable(`of article ${articleId} there are no ${quantity} left`)
}
