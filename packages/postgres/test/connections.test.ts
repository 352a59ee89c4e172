import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resilientPool } from '@holdfast/postgres'
import { Pool } from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { poolOn } from './pool-on.ts'
import { pidOf, rowsOf } from './rows-of.ts'

describePostgres('a connection', server => {
  describe('is kept', () => {
    it.each([
      ['a unique violation', 'insert into numbers values (1)', '23505'],
      ['an error of syntax', 'selct', '42601'],
      ['a value out of range', 'select 1 / 0', '22012'],
      ['a table that is not there', 'table nowhere', '42P01'],
      ['a conflict', 'do $$ begin raise serialization_failure; end $$', '40001'],
    ])('after %s, five times', async (_, sql, code) => {
      const pool = poolOn({ ...server.config, max: 1 })
      const connected = vi.fn()
      pool.on('connect', connected)
      await pool.query('create temporary table numbers (n int primary key)')
      await pool.query('insert into numbers values (1)')
      const before = await pidOf(pool)

      const errors: unknown[] = []
      for (let times = 0; times < 5; times++) errors.push(await rejectionOf(pool.query(sql)))

      expect(errors).toMatchObject(Array.from({ length: 5 }, () => ({ code })))
      expect(await pidOf(pool)).toBe(before)
      expect(connected).toHaveBeenCalledTimes(1)
    })

    it('after a transaction that its callback has given up, and after one that the server has', async () => {
      const pool = poolOn({ ...server.config, max: 1 })
      const before = await pidOf(pool)

      await rejectionOf(pool.transaction(() => Promise.reject(new Error('changed my mind'))))
      await rejectionOf(pool.transaction(({ client }) => client.query('table nowhere')))

      expect(await pidOf(pool)).toBe(before)
    })
  })

  describe('is closed', () => {
    it.each(['begin', 'start transaction', 'begin; select 1'])(
      "after a lone %j, whose transaction is nobody's",
      async sql => {
        const pool = poolOn({ ...server.config, max: 1 })
        const before = await pidOf(pool)

        await pool.query(sql)
        await pool.query('create temporary table kept (n int)')
        const after = await pidOf(pool)
        await rejectionOf(pool.query('rollback; select 1 / 0'))

        expect(after).not.toBe(before)
        expect((await pool.query('table kept')).rows).toEqual([])
      },
    )

    it('after a lone BEGIN whose transaction has failed', async () => {
      const pool = poolOn({ ...server.config, max: 1 })

      const error = await rejectionOf(pool.query('begin; select 1 / 0'))

      expect(error).toMatchObject({ code: '22012' })
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })

    it('after an answer that says that this server takes no writes any more', async () => {
      const pool = poolOn({ ...server.config, max: 1 }, { retry: false })
      await pool.query('create temporary table numbers (n int)')
      const before = await pidOf(pool)

      const error = await rejectionOf(pool.query('set transaction read only; create table refused ()'))

      expect(error).toMatchObject({ code: '25006' })
      expect(await pidOf(pool)).not.toBe(before)
    })
  })

  describe('is opened with limits that the server keeps', () => {
    const limitsOf = async (asked: Parameters<typeof rowsOf>[0]): Promise<unknown> => {
      const statement = "current_setting('statement_timeout')"
      const [limits] = await rowsOf(asked, `select ${statement} as statement, current_setting('lock_timeout') as lock`)
      return limits
    }

    it('by default', async () => {
      expect(await limitsOf(poolOn(server.config))).toEqual({ statement: '10s', lock: '5s' })
    })

    it('as the options say, rounded up to whole milliseconds', async () => {
      const pool = poolOn(server.config, { timeouts: { lockMs: 2_500, statementMs: 3_000.2, totalMs: 6_000 } })

      expect(await limitsOf(pool)).toEqual({ statement: '3001ms', lock: '2500ms' })
    })

    it('as the pool says, where the options do not', async () => {
      const pool = poolOn({ ...server.config, statement_timeout: 7_000, lock_timeout: 3_000 })

      expect(await limitsOf(pool)).toEqual({ statement: '7s', lock: '3s' })
    })

    it('none where they are Infinity', async () => {
      const pool = poolOn(server.config, { timeouts: { lockMs: Infinity, statementMs: Infinity } })

      expect(await limitsOf(pool)).toEqual({ statement: '0', lock: '0' })
    })

    it.each([
      { acquireMs: 1e10, lockMs: 1e10, statementMs: 1e10, totalMs: 1e10 },
      { statementMs: 1e10, lockMs: Infinity, totalMs: Infinity },
      { lockMs: Infinity, statementMs: Infinity, totalMs: 1e10 },
    ])('none where they are longer than timers and the server can count: %o', async timeouts => {
      const pool = poolOn(server.config, { timeouts })

      expect(await limitsOf(pool)).toEqual({ statement: '0', lock: '0' })
      expect(await pool.transaction(({ client }) => limitsOf(client))).toEqual({ statement: '0', lock: '0' })
    })

    it('none where one that was given leaves no room for another that can be counted', async () => {
      const pool = poolOn(server.config, { timeouts: { lockMs: 2 ** 31 - 1 } })

      expect(await limitsOf(pool)).toEqual({ statement: '0', lock: '2147483647ms' })
    })

    it('none where sessionTimeouts is false, but in transactions', async () => {
      const pool = poolOn(server.config, { sessionTimeouts: false })

      const within = await pool.transaction(({ client }) => limitsOf(client))

      expect(within).toEqual({ statement: '10s', lock: '5s' })
      expect(await limitsOf(pool)).toEqual({ statement: '0', lock: '0' })
    })

    it.each([
      [
        { acquireMs: 3_000, totalMs: 9_000 },
        { statement: '7s', lock: '5s' },
      ],
      [{ statementMs: 4_500 }, { statement: '4500ms', lock: '3250ms' }],
      [{ lockMs: 20_000 }, { statement: '40s', lock: '20s' }],
    ])('that make way for those that are given: %o', async (timeouts, expected) => {
      expect(await limitsOf(poolOn(server.config, { timeouts }))).toEqual(expected)
    })

    it('whoever of those who share the pool is the first to need it', async () => {
      const bare = new Pool({ ...server.config, max: 1 })
      const pool = resilientPool(bare)
      onTestFinished(() => bare.end())

      expect(await limitsOf(bare)).toEqual({ statement: '10s', lock: '5s' })
      expect(await limitsOf(pool)).toEqual({ statement: '10s', lock: '5s' })
      expect(bare.options).not.toHaveProperty('statement_timeout')
    })

    it('shortened in a transaction to what is left of its time, and a lock to half of that', async () => {
      const pool = poolOn(server.config)
      const millisecondsOf = async (timeoutMs: number): Promise<readonly number[]> =>
        pool.transaction(
          async ({ client }) => {
            const settings = "name in ('statement_timeout', 'lock_timeout') order by name desc"
            const rows = await rowsOf<{ ms: number }>(
              client,
              `select setting::int as ms from pg_settings where ${settings}`,
            )
            return rows.map(({ ms }) => ms)
          },
          { timeoutMs },
        )

      const [statementMs = 0, lockMs = 0] = await millisecondsOf(8_000)

      // Of 8 s, 100 ms are for the way to the server and back, and connecting has taken some.
      expect(statementMs).toBeGreaterThan(0)
      expect(statementMs).toBeLessThanOrEqual(7_900)
      expect(lockMs).toBe(Math.floor(statementMs / 2))
      expect(await millisecondsOf(20_000)).toEqual([10_000, 5_000])
    })

    it('not in a transaction without any limit', async () => {
      const pool = poolOn(server.config, {
        timeouts: { lockMs: Infinity, statementMs: Infinity, totalMs: Infinity },
      })

      expect(await pool.transaction(({ client }) => limitsOf(client))).toEqual({ statement: '0', lock: '0' })
    })
  })
})
