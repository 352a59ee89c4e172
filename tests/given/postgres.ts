import { startPostgres } from '@holdfast/database-servers'
import { resilientPool } from '@holdfast/postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { type PoolConfig, Pool as PoolOfPg } from 'pg'

export { drizzle } from 'drizzle-orm/node-postgres'

const server = await startPostgres()
const pools: PoolOfPg[] = []

/** A pool of connections to the server of the examples. */
export class Pool extends PoolOfPg {
  constructor(config?: PoolConfig) {
    super({ ...config, connectionString: server.url })
    pools.push(this)
  }
}

export const pool = resilientPool(new Pool())
await pool.query('create table orders (id int primary key, product text not null)')
await pool.query('create table accounts (id int primary key, cents int not null)')

export const ordersTable = pgTable('orders', { id: integer().primaryKey(), product: text().notNull() })

export const id = 7
export const from = 7
export const to = 8
export const cents = 200

export const error: unknown = new Error('reset')

export const metrics = { conflicts: { add: (_count: number): void => {} } }

export async function close(): Promise<void> {
  await Promise.all(pools.map(each => each.end()))
  await server.close()
}
