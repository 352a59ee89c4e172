import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import { Client, type PoolClient, Query } from 'pg'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { poolOn } from './pool-on.ts'

describePostgres('the client of a transaction', server => {
  let pool: ResilientPool

  beforeEach(() => {
    pool = poolOn({ ...server.config, max: 1 })
  })

  /** One that is kept beyond its transaction. */
  const keptFrom = async (ending: () => unknown): Promise<PoolClient> => {
    let kept: PoolClient | undefined
    await pool
      .transaction(({ client }) => {
        kept = client
        return ending()
      })
      .catch(() => {})
    if (kept === undefined) throw new Error('the transaction has not begun')
    return kept
  }

  it('is a client of pg', async () => {
    const found = await pool.transaction(({ client }) => [client instanceof Client, client.database, 'query' in client])

    expect(found).toEqual([true, server.config.database, true])
  })

  it('takes what that of pg takes', async () => {
    const answers = await pool.transaction(async ({ client }) => {
      const byCallback = new Promise(resolve => {
        client.query('select 3 as n', (_error: Error, result) => resolve(result))
      })
      return [
        await client.query('select 1 as n'),
        await client.query('select $1::int as n', [2]),
        await byCallback,
        await client.query({ text: 'select $1::int', values: [4], rowMode: 'array' }),
        await client.query({ name: 'five', text: 'select 5 as n' }),
      ]
    })

    expect(answers.map(answer => (answer as { rows: unknown }).rows)).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
      [{ n: 3 }],
      [[4]],
      [{ n: 5 }],
    ])
  })

  it('takes a config with its callback', async () => {
    const told = vi.fn()

    await pool.transaction(async ({ client }) => {
      client.query({ text: 'select 1 as one', callback: told } as never)
      await client.query('select')
    })

    expect(told).toHaveBeenCalledWith(null, expect.objectContaining({ rows: [{ one: 1 }] }))
  })

  it('takes a query that speaks for itself', async () => {
    const rows: unknown[] = []

    await pool.transaction(({ client }) => {
      const query = client.query(new Query('select generate_series(1, 3) as number'))
      query.on('row', row => rows.push(row))
      return new Promise((resolve, reject) => {
        query.on('end', resolve)
        query.on('error', reject)
      })
    })

    expect(rows).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }])
  })

  it('is committed with what such a query has done, and rolled back with what it has not', async () => {
    await pool.query('create table if not exists spoken (word text)')

    const run = (text: string) =>
      pool.transaction(async ({ client }) => {
        await client.query("insert into spoken values ('kelp')")
        const query = client.query(new Query(text))
        await new Promise(resolve => {
          query.on('end', resolve)
          query.on('error', resolve)
        })
      })

    await run("insert into spoken values ('dulse')")
    const error = await rejectionOf(run('select 1 / 0'))

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_ROLLED_BACK' })
    expect((await pool.query('select from spoken')).rowCount).toBe(2)
  })

  it('tells what the connection tells', async () => {
    const notices: unknown[] = []

    await pool.transaction(async ({ client }) => {
      client.on('notice', ({ message }) => notices.push(message))
      await client.query("do $$ begin raise notice 'low tide'; end $$")
    })

    expect(notices).toContain('low tide')
  })

  it.each([
    ['release', 'postgres: a transaction releases its client by itself'],
    ['end', /postgres: a transaction/],
  ] as const)('is not for its user to %s', async (member, message) => {
    const attempts: number[] = []

    const error = await rejectionOf(
      pool.transaction(({ client, attempt }) => {
        attempts.push(attempt)
        return (client as unknown as Client)[member as 'end']()
      }),
    )

    expect(String(error)).toMatch(message)
    expect(attempts).toEqual([1])
    expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
    expect(pool.bulkhead?.active).toBe(0)
  })

  describe('takes nothing more once the transaction has ended', () => {
    it.each<[string, () => unknown, string]>([
      ['committed', () => {}, 'the transaction has ended, and takes no more statements'],
      ['failed', () => Promise.reject(new Error('changed my mind')), 'changed my mind'],
    ])('(%s)', async (_, ending, message) => {
      const client = await keptFrom(ending)

      const byPromise = await rejectionOf(client.query('create table beyond ()'))
      const byCallback = await new Promise(resolve => {
        client.query('create table beyond ()', resolve)
      })

      expect(byPromise).toMatchObject({ message: expect.stringContaining(message) as string })
      expect(byCallback).toEqual(byPromise)
      expect((await pool.query("select to_regclass('beyond') as beyond")).rows).toEqual([{ beyond: null }])
    })

    it('while another has its connection', async () => {
      const client = await keptFrom(() => {})
      await pool.query('create table if not exists mine (word text)')

      await pool.transaction(async () => {
        await rejectionOf(client.query("insert into mine values ('not of this transaction')"))
      })

      expect((await pool.query('table mine')).rows).toEqual([])
    })

    it('and tells a callback later, not at once', async () => {
      const client = await keptFrom(() => {})
      const order: string[] = []

      const told = new Promise<void>(resolve => {
        client.query('select', () => {
          order.push('told')
          resolve()
        })
      })
      order.push('asked')
      await told

      expect(order).toEqual(['asked', 'told'])
    })
  })
})
