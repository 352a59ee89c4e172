import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { poolOn } from './pool-on.ts'
import { witnessOf } from './witness.ts'

interface Tables {
  seaweeds: { id: number; name: string }
}

const kelp = { id: 1, name: 'kelp' }
const dulse = { id: 2, name: 'dulse' }

describePostgres('kysely on a resilient pool', server => {
  let pool: ResilientPool
  let database: Kysely<Tables>

  const pidOf = async (on: Kysely<Tables>) =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(on)).rows[0]?.pid
  const all = () => database.selectFrom('seaweeds').selectAll().orderBy('id').execute()

  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 2 })
    database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    await pool.query('drop table if exists seaweeds')
    await pool.query('create table seaweeds (id int primary key, name text not null)')
  })

  it('writes and reads', async () => {
    await database.insertInto('seaweeds').values([kelp, dulse]).execute()
    await database.updateTable('seaweeds').set({ name: 'sugar kelp' }).where('id', '=', 1).execute()
    await database.deleteFrom('seaweeds').where('id', '=', 2).execute()

    expect(await all()).toEqual([{ id: 1, name: 'sugar kelp' }])
    expect(pool.bulkhead?.active).toBe(0)
  })

  describe('in a transaction of its own', () => {
    it('is in one: all on one connection, which is committed at its end', async () => {
      const pids = await database.transaction().execute(async transaction => {
        const first = await pidOf(transaction)
        await transaction.insertInto('seaweeds').values(kelp).execute()
        expect(await all()).toEqual([])
        return [first, await pidOf(transaction)]
      })

      expect(new Set(pids).size).toBe(1)
      expect(await all()).toEqual([kelp])
      expect(pool.idleCount).toBe(pool.totalCount)
    })

    it('takes all of it back when its callback fails', async () => {
      const reason = new Error('changed my mind')

      const error = await rejectionOf(
        database.transaction().execute(async transaction => {
          await transaction.insertInto('seaweeds').values(kelp).execute()
          throw reason
        }),
      )

      expect(error).toBe(reason)
      expect(await all()).toEqual([])
      expect(pool.bulkhead?.active).toBe(0)
    })

    it('goes back to a savepoint, and only to that', async () => {
      const transaction = await database.startTransaction().execute()
      await transaction.insertInto('seaweeds').values(kelp).execute()
      const saved = await transaction.savepoint('here').execute()
      await rejectionOf(saved.insertInto('seaweeds').values(kelp).execute())
      const back = await saved.rollbackToSavepoint('here').execute()
      await back.insertInto('seaweeds').values(dulse).execute()
      await transaction.commit().execute()

      expect(await all()).toEqual([kelp, dulse])
    })

    it('has the isolation that it asks for', async () => {
      const { rows } = await database
        .transaction()
        .setIsolationLevel('serializable')
        .execute(transaction => sql`select current_setting('transaction_isolation') as value`.execute(transaction))

      expect(rows).toEqual([{ value: 'serializable' }])
    })
  })

  it('rejects with the error of the server, and keeps the connection', async () => {
    await database.insertInto('seaweeds').values(kelp).execute()

    const error = await rejectionOf(database.insertInto('seaweeds').values(kelp).execute())

    expect(error).toMatchObject({ code: '23505', constraint: 'seaweeds_pkey' })
    expect(pool.totalCount).toBe(1)
  })

  describe('on a client of a transaction of the pool', () => {
    /** It takes a pool of one, from which nothing is to be given back. */
    const inside = ({ query }: PoolClient) =>
      new Kysely<Tables>({
        dialect: new PostgresDialect({
          pool: { options: {}, connect: async () => ({ query, release: () => {} }), end: async () => {} },
        }),
      })

    it('is in that transaction', async () => {
      const attempts = await pool.transaction(async ({ client, attempt }) => {
        const kysely = inside(client)
        await kysely
          .insertInto('seaweeds')
          .values(attempt === 1 ? kelp : dulse)
          .execute()
        if (attempt === 1) await sql`do $$ begin raise serialization_failure; end $$`.execute(kysely)
        return attempt
      })

      expect(attempts).toBe(2)
      expect(await all()).toEqual([dulse])
    })
  })

  it('has the options of the pool that it is given', async () => {
    const reason = new Error('nobody waits any more')
    const dialect = new PostgresDialect({ pool: pool.with({ signal: AbortSignal.abort(reason) }) })

    const error = await rejectionOf(new Kysely<Tables>({ dialect }).selectFrom('seaweeds').selectAll().execute())

    expect(error).toBe(reason)
  })

  it('cancels by itself what it has begun', async () => {
    // It tells the console what became of the statement.
    const told = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => told.mockRestore())
    const witness = await witnessOf(server)
    const controller = new AbortController()

    const error = rejectionOf(
      sql`select pg_sleep(600)`.execute(database, {
        signal: controller.signal,
        inflightQueryAbortStrategy: 'cancel query',
      }),
    )
    await witness.seesRunning('pg_sleep')
    controller.abort()

    expect(await error).toBe(controller.signal.reason)
    await witness.seesNothingRunning()
    expect(await all()).toEqual([])
  })

  it('ends the pool with itself', async () => {
    const own = resilientPool(new Pool(server.config))
    const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: own }) })
    await kysely.selectFrom('seaweeds').selectAll().execute()

    await kysely.destroy()

    expect(own.ended).toBe(true)
  })
})
