import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import knex, { type Knex } from 'knex'
import type { PoolClient, QueryResult } from 'pg'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { poolOn } from './pool-on.ts'

/** It has no option for a pool that is there already, so its client is told where to get connections, and where they go. */
function knexOn(pool: ResilientPool): Knex {
  const database = knex({ client: 'pg' })
  Object.assign(database.client, {
    acquireConnection: () => pool.connect(),
    releaseConnection: async (client: PoolClient) => client.release(),
  })
  onTestFinished(() => database.destroy())
  return database
}

const kelp = { id: 1, name: 'kelp' }
const dulse = { id: 2, name: 'dulse' }

describePostgres('knex on a resilient pool', server => {
  let pool: ResilientPool
  let database: Knex

  const pidOf = async (on: Knex) => {
    const { rows } = await on.raw<QueryResult<{ pid: number }>>('select pg_backend_pid() as pid')
    return rows[0]?.pid
  }
  const all = () => database('seaweeds').select().orderBy('id')

  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 2 })
    database = knexOn(pool)
    await pool.query('drop table if exists seaweeds')
    await pool.query('create table seaweeds (id int primary key, name text not null)')
  })

  it('writes and reads', async () => {
    await database('seaweeds').insert([kelp, dulse])
    await database('seaweeds').where({ id: 1 }).update({ name: 'sugar kelp' })
    await database('seaweeds').where({ id: 2 }).delete()

    expect(await all()).toEqual([{ id: 1, name: 'sugar kelp' }])
    expect(pool.bulkhead?.active).toBe(0)
  })

  describe('in a transaction of its own', () => {
    it('is in one: all on one connection, which is committed at its end', async () => {
      const pids = await database.transaction(async transaction => {
        const first = await pidOf(transaction)
        await transaction('seaweeds').insert(kelp)
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
        database.transaction(async transaction => {
          await transaction('seaweeds').insert(kelp)
          throw reason
        }),
      )

      expect(error).toBe(reason)
      expect(await all()).toEqual([])
      expect(pool.bulkhead?.active).toBe(0)
    })

    it('takes back what is nested, and only that', async () => {
      await database.transaction(async transaction => {
        await transaction('seaweeds').insert(kelp)
        await rejectionOf(
          transaction.transaction(async nested => {
            await nested('seaweeds').insert(kelp)
          }),
        )
        await transaction('seaweeds').insert(dulse)
      })

      expect(await all()).toEqual([kelp, dulse])
    })
  })

  it('rejects with the error of the server, and keeps the connection', async () => {
    await database('seaweeds').insert(kelp)

    const error = await rejectionOf(Promise.resolve(database('seaweeds').insert(kelp)))

    expect(error).toMatchObject({ code: '23505', constraint: 'seaweeds_pkey' })
    expect(pool.totalCount).toBe(1)
  })

  it('asks what the schema is, and changes it', async () => {
    await database.schema.alterTable('seaweeds', table => table.integer('depth').defaultTo(3))

    expect(await database.schema.hasColumn('seaweeds', 'depth')).toBe(true)
    expect(await database('seaweeds').insert(kelp).returning('depth')).toEqual([{ depth: 3 }])
  })

  it('gives the place back when nobody is there', async () => {
    const nowhere = poolOn({ ...server.config, port: 1 }, { retry: false })

    const error = await rejectionOf(Promise.resolve(knexOn(nowhere)('seaweeds').select()))

    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    expect(nowhere.bulkhead?.active).toBe(0)
  })
})
