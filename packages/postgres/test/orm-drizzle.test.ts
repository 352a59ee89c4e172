import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import { eq, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'

const seaweeds = pgTable('seaweeds', { id: integer().primaryKey(), name: text().notNull() })
const kelp = { id: 1, name: 'kelp' }
const dulse = { id: 2, name: 'dulse' }

describePostgres('drizzle on a resilient pool', server => {
  let pool: ResilientPool
  let database: NodePgDatabase

  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 2 })
    database = drizzle(pool)
    await pool.query('drop table if exists seaweeds')
    await pool.query('create table seaweeds (id int primary key, name text not null)')
  })

  const pidOf = async (on: Pick<NodePgDatabase, 'execute'>) =>
    (await on.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)).rows[0]?.pid

  it('writes and reads', async () => {
    await database.insert(seaweeds).values([kelp, dulse])
    await database.update(seaweeds).set({ name: 'sugar kelp' }).where(eq(seaweeds.id, 1))
    await database.delete(seaweeds).where(eq(seaweeds.id, 2))

    expect(await database.select().from(seaweeds)).toEqual([{ id: 1, name: 'sugar kelp' }])
  })

  it('prepares statements', async () => {
    await database.insert(seaweeds).values(kelp)
    const prepared = database
      .select()
      .from(seaweeds)
      .where(eq(seaweeds.id, sql.placeholder('id')))
      .prepare('by_id')

    expect([await prepared.execute({ id: 1 }), await prepared.execute({ id: 2 })]).toEqual([[kelp], []])
  })

  describe('in a transaction of its own', () => {
    it('is in one: all on one connection, which is committed at its end', async () => {
      const pids = await database.transaction(async transaction => {
        const first = await pidOf(transaction)
        await transaction.insert(seaweeds).values(kelp)
        expect(await database.select().from(seaweeds)).toEqual([])
        return [first, await pidOf(transaction)]
      })

      expect(new Set(pids).size).toBe(1)
      expect(await database.select().from(seaweeds)).toEqual([kelp])
      expect(pool).toMatchObject({ idleCount: pool.totalCount })
    })

    it('takes all of it back when its callback fails', async () => {
      const reason = new Error('changed my mind')

      const error = await rejectionOf(
        database.transaction(async transaction => {
          await transaction.insert(seaweeds).values(kelp)
          throw reason
        }),
      )

      expect(error).toBe(reason)
      expect(await database.select().from(seaweeds)).toEqual([])
      expect(pool.bulkhead?.active).toBe(0)
    })

    it('takes back what is nested, and only that', async () => {
      await database.transaction(async transaction => {
        await transaction.insert(seaweeds).values(kelp)
        await rejectionOf(
          transaction.transaction(async nested => {
            await nested.insert(seaweeds).values(dulse)
            nested.rollback()
          }),
        )
      })

      expect(await database.select().from(seaweeds)).toEqual([kelp])
    })

    it('has the isolation that it asks for', async () => {
      const { rows } = await database.transaction(
        transaction => transaction.execute(sql`select current_setting('transaction_isolation') as value`),
        { isolationLevel: 'serializable' },
      )

      expect(rows).toEqual([{ value: 'serializable' }])
    })
  })

  it('rejects with its own error, around that of the server', async () => {
    await database.insert(seaweeds).values(kelp)

    const error = await rejectionOf(database.insert(seaweeds).values(kelp))

    expect(error).toMatchObject({ query: expect.stringContaining('insert into') as string, cause: { code: '23505' } })
    expect(pool.totalCount).toBe(1)
  })

  describe('on a client of a transaction of the pool', () => {
    it('is in that transaction', async () => {
      const attempts = await pool.transaction(async ({ client, attempt }) => {
        const inside = drizzle(client)
        await inside.insert(seaweeds).values(attempt === 1 ? kelp : dulse)
        // As it wraps errors, it is the cause that says so.
        if (attempt === 1) await inside.execute(sql`do $$ begin raise serialization_failure; end $$`)
        return attempt
      })

      expect(attempts).toBe(2)
      expect(await database.select().from(seaweeds)).toEqual([dulse])
    })

    it('nests its own transactions in it, as savepoints', async () => {
      await pool.transaction(async ({ client }) => {
        const inside = drizzle(client)
        await inside.insert(seaweeds).values(kelp)
        await client.query('savepoint mine')
        await rejectionOf(inside.insert(seaweeds).values(kelp))
        await client.query('rollback to savepoint mine')
        await inside.insert(seaweeds).values(dulse)
      })

      expect(await database.select().from(seaweeds)).toEqual([kelp, dulse])
    })
  })

  it('has the options of the pool that it is given', async () => {
    const reason = new Error('nobody waits any more')
    const gone = drizzle(pool.with({ signal: AbortSignal.abort(reason) }))

    const errors = [
      await rejectionOf(gone.select().from(seaweeds).execute()),
      await rejectionOf(gone.transaction(transaction => transaction.select().from(seaweeds))),
    ]

    expect(errors).toEqual([expect.objectContaining({ cause: reason }), reason])
  })
})
