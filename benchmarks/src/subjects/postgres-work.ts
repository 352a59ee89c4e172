import type { ResilientPool } from '@holdfast/postgres'
import type { ClientBase, Pool } from 'pg'
import type { Call } from '../harness/interleaved.ts'

/** What the server is asked to say, and how much is booked. */
export const NUMBER = 42

/** More than there are connections, so that nobody waits for a lock. */
const ACCOUNTS = 1_000

/** Rows have room for their next version beside them. */
export const tables = `
  create table account (id int primary key, cents int not null) with (fillfactor = 20);
  create table booking (account int not null, cents int not null);
  insert into account select id, 0 from generate_series(0, ${ACCOUNTS - 1}) id`

export const query =
  (pool: Pool): Call =>
  async () => {
    const { rows } = await pool.query<{ number: number }>('select $1::int as number', [NUMBER])
    return rows[0]?.number
  }

/** Three statements in a transaction, as it is written on a bare pool. */
export function byHand(pool: Pool): Call {
  const book = booking()
  return async () => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const cents = await book(client)
      await client.query('commit')
      return cents
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
}

export function through(pool: ResilientPool): Call {
  const book = booking()
  return () => pool.transaction(({ client }) => book(client))
}

/** Another account each time. */
function booking(): (client: ClientBase) => Promise<number> {
  let id = 0
  return async client => {
    id = (id + 1) % ACCOUNTS
    const of = [id, NUMBER]
    await client.query('select cents from account where id = $1 for update', [id])
    await client.query('update account set cents = cents + $2 where id = $1', of)
    await client.query('insert into booking (account, cents) values ($1, $2)', of)
    return NUMBER
  }
}
