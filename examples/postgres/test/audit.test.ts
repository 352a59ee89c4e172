import { randomUUID } from 'node:crypto'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { audit } from '../src/audit.ts'
import type { Told } from '../src/customers.ts'
import { createTables } from '../src/schema.ts'

const nothing: Told = { receipts: new Map(), refused: new Set(), unanswered: new Set() }

describePostgres('audit', server => {
  let pool: Pool
  beforeAll(async () => {
    pool = new Pool({ ...server.config })
    await createTables(pool)
  })
  beforeEach(() => pool.query('truncate orders cascade'))
  afterAll(() => pool.end())

  /** An order of two ropes, so often in the ledger, and what the customer should be told of it. */
  const book = async ({ entries = 1 } = {}) => {
    const key = randomUUID()
    const { rows } = await pool.query<{ id: string }>(
      'insert into orders (key, article_id, quantity, total_cents) values ($1, 1, 2, 2400) returning id',
      [key],
    )
    const orderId = rows[0]?.id ?? ''
    for (let entry = 0; entry < entries; entry++) {
      await pool.query('insert into ledger (order_id, cents) values ($1, 2400)', [orderId])
    }
    return { key, receipt: { orderId, totalCents: 2_400 } }
  }

  it('finds nothing where each receipt has its order', async () => {
    const { key, receipt } = await book()

    const found = await audit(pool, { ...nothing, receipts: new Map([[key, receipt]]) })

    expect(found).toMatchObject({ booked: 1, lost: 0, doubled: 0, unasked: 0 })
    expect(found.pieces).toEqual({ inStock: 30_200, ordered: 2 })
  })

  it('finds a receipt without its order', async () => {
    const { key, receipt } = await book()
    const receipts = new Map([
      [key, { ...receipt, totalCents: 1 }],
      [randomUUID(), receipt],
    ])

    const found = await audit(pool, { ...nothing, receipts })

    expect(found.lost).toBe(2)
  })

  it('finds orders that the ledger has twice, or not at all', async () => {
    await book({ entries: 2 })
    await book({ entries: 0 })

    const found = await audit(pool, nothing)

    expect(found.doubled).toBe(2)
  })

  it('finds orders that were refused, and those of nobody', async () => {
    const { key } = await book()
    await book()

    const found = await audit(pool, { ...nothing, refused: new Set([key]) })

    expect(found.unasked).toBe(2)
  })

  it('accepts an order whose customer had no answer', async () => {
    const { key } = await book()

    const found = await audit(pool, { ...nothing, unanswered: new Set([key]) })

    expect(found).toMatchObject({ unanswered: 1, lost: 0, doubled: 0, unasked: 0 })
  })
})
