import type { ServerCall } from '@holdfast/lifecycle'
import type { ResilientPool } from '@holdfast/postgres'

export interface Order {
  /** A UUID of the customer's: an order that is sent again is the same order. */
  readonly key: string
  readonly productId: string
  readonly quantity: number
}

/** The key stands for another order already. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken'
}

/** Places an order, once for each key. */
export async function placeOrder(database: ResilientPool, order: Order, call: ServerCall): Promise<Order> {
  const { signal, deadline } = call
  const values = [order.key, order.productId, order.quantity]
  // It may run more than once, so it does nothing but ask the database, and by `client` alone.
  const placed = await database.transaction(
    async ({ client }) => {
      await client.query(INSERT, values)
      const { rows } = await client.query<Order>(SELECT, [order.key])
      return rows[0]
    },
    { signal, deadline },
  )
  if (placed?.productId === order.productId && placed.quantity === order.quantity) return placed
  throw new KeyTaken(`the key ${order.key} stands for another order`)
}

export async function findOrder(database: ResilientPool, key: string, call: ServerCall): Promise<Order | undefined> {
  const { signal, deadline } = call
  const { rows } = await database.query<Order>(SELECT, [key], { readOnly: true, signal, deadline })
  return rows[0]
}

const INSERT = 'insert into orders (key, product_id, quantity) values ($1, $2, $3) on conflict do nothing'
const SELECT = 'select key, product_id as "productId", quantity from orders where key = $1'
