import type { Pool } from 'pg'
import type { Told } from './customers.ts'
import type { Receipt } from './orders.ts'

/** What the books say, beside what customers were told. */
export interface Audit {
  /** Orders in the books. */
  readonly booked: number
  /** Of those, the ones whose customers gave up before they had an answer. */
  readonly unanswered: number
  /** Receipts without such an order. */
  readonly lost: number
  /** Orders that the ledger does not have once. */
  readonly doubled: number
  /** Orders that were refused, or that nobody placed. */
  readonly unasked: number
  readonly pieces: { readonly inStock: number; readonly ordered: number }
}

interface Booked extends Receipt {
  readonly key: string
  readonly quantity: number
  /** Of the ledger. */
  readonly entries: number
}

export async function audit(pool: Pool, { receipts, unanswered }: Told): Promise<Audit> {
  const { rows } = await pool.query<Booked>(
    `select key, id as "orderId", total_cents as "totalCents", quantity, count(ledger)::int as entries
     from orders left join ledger on order_id = id and cents = total_cents group by id`,
  )
  const orders = new Map(rows.map(row => [row.key, row]))
  const isBooked = ([key, receipt]: readonly [string, Receipt]): boolean => {
    const order = orders.get(key)
    return order?.orderId === receipt.orderId && order.totalCents === receipt.totalCents
  }
  return {
    booked: rows.length,
    unanswered: rows.filter(({ key }) => unanswered.has(key)).length,
    lost: [...receipts].filter(receipt => !isBooked(receipt)).length,
    doubled: rows.filter(({ entries }) => entries !== 1).length,
    unasked: rows.filter(({ key }) => !receipts.has(key) && !unanswered.has(key)).length,
    pieces: { inStock: await piecesInStock(pool), ordered: rows.reduce((sum, { quantity }) => sum + quantity, 0) },
  }
}

export async function piecesInStock(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pieces: number }>('select sum(stock)::int as pieces from article')
  return rows[0]?.pieces ?? 0
}
