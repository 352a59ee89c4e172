import { AsyncLocalStorage } from 'node:async_hooks'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { Isolation, ResilientPool } from '@holdfast/postgres'
import type { PoolClient } from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { pidOf, rowsOf } from './rows-of.ts'

describePostgres('a transaction', server => {
  let pool: ResilientPool
  const words = async () =>
    (await rowsOf<{ word: string }>(pool, 'select word from words order by word')).map(({ word }) => word)
  const settingOf = async (client: PoolClient, setting: string) =>
    (await rowsOf<{ value: string }>(client, 'select current_setting($1) as value', [setting]))[0]?.value

  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 3 })
    await pool.query('drop table if exists words')
    await pool.query('create table words (word text unique)')
  })

  it('resolves with what its callback returns, once that is committed', async () => {
    const value = await pool.transaction(async ({ client }) => {
      await client.query("insert into words values ('kelp')")
      return { written: 1 }
    })

    expect(value).toEqual({ written: 1 })
    expect(await words()).toEqual(['kelp'])
  })

  it.each([undefined, null, 0, '', false])('resolves with %j, too', async nothing => {
    expect(await pool.transaction(() => nothing)).toBe(nothing)
  })

  it('is one: all on one connection, and unseen by others until its end', async () => {
    const pids = new Set<number>()
    const seen: unknown[] = []

    await pool.transaction(async ({ client }) => {
      for (const word of ['dulse', 'kelp', 'laver']) {
        await client.query('insert into words values ($1)', [word])
        pids.add(await pidOf(client))
        seen.push(await words())
      }
    })

    expect(pids.size).toBe(1)
    expect(seen).toEqual([[], [], []])
    expect(await words()).toEqual(['dulse', 'kelp', 'laver'])
  })

  it('leaves alone what is asked of the pool meanwhile', async () => {
    const error = await rejectionOf(
      pool.transaction(async ({ client }) => {
        await client.query("insert into words values ('kelp')")
        await pool.query("insert into words values ('dulse')")
        throw new Error('changed my mind')
      }),
    )

    expect(error).toMatchObject({ message: 'changed my mind' })
    expect(await words()).toEqual(['dulse'])
  })

  it('does not know of others in it: each is its own', async () => {
    await pool.transaction(async ({ client }) => {
      await client.query("insert into words values ('kelp')")
      await rejectionOf(
        pool.transaction(async inner => {
          await inner.client.query("insert into words values ('dulse')")
          throw new Error('only this one')
        }),
      )
    })

    expect(await words()).toEqual(['kelp'])
  })

  it('keeps the context of its caller, in each attempt', async () => {
    const storage = new AsyncLocalStorage<string>()
    const found: (string | undefined)[] = []

    await storage.run('request 7', () =>
      pool.transaction(async ({ client, attempt }) => {
        found.push(storage.getStore())
        await client.query('select')
        found.push(storage.getStore())
        if (attempt === 1) await client.query('do $$ begin raise serialization_failure; end $$')
      }),
    )

    expect(found).toEqual(Array(4).fill('request 7'))
  })

  describe('is what its options say:', () => {
    it.each<Isolation>(['read committed', 'repeatable read', 'serializable'])('%s', async isolation => {
      const found = await pool.transaction(({ client }) => settingOf(client, 'transaction_isolation'), { isolation })

      expect(found).toBe(isolation)
    })

    it('as the server has it, by default', async () => {
      const strict = poolOn({ ...server.config, options: '-c default_transaction_isolation=serializable' })

      expect(await strict.transaction(({ client }) => settingOf(client, 'transaction_isolation'))).toBe('serializable')
    })

    it('read-only: a write is refused, and not repeated', async () => {
      const attempts: number[] = []

      const error = await rejectionOf(
        pool.transaction(
          ({ client, attempt }) => {
            attempts.push(attempt)
            return client.query("insert into words values ('kelp')")
          },
          { readOnly: true },
        ),
      )

      expect(error).toMatchObject({ code: '25006' })
      expect(attempts).toEqual([1])
      expect(await words()).toEqual([])
    })

    it('read-only and deferrable', async () => {
      const found = await pool.transaction(
        async ({ client }) => [
          await settingOf(client, 'transaction_read_only'),
          await settingOf(client, 'transaction_deferrable'),
        ],
        { isolation: 'serializable', readOnly: true, deferrable: true },
      )

      expect(found).toEqual(['on', 'on'])
    })

    it('neither, by default', async () => {
      const found = await pool.transaction(async ({ client }) => [
        await settingOf(client, 'transaction_read_only'),
        await settingOf(client, 'transaction_deferrable'),
      ])

      expect(found).toEqual(['off', 'off'])
    })
  })
})
