import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PostgresOptions, ResilientPool } from '@holdfast/postgres'
import { constant } from '@holdfast/retry'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { poolOn } from './pool-on.ts'
import { pidOf } from './rows-of.ts'
import { witnessOf } from './witness.ts'

const conflict = 'do $$ begin raise serialization_failure; end $$'

describePostgres('what is repeated', server => {
  /** The delays before the attempts that follow the first. */
  const delaysOf = (pool: ResilientPool): number[] => {
    const delays: number[] = []
    pool.policy.subscribe(event => event.type === 'retry.scheduled' && delays.push(event.delayMs))
    return delays
  }
  const quick = { backoff: constant({ delayMs: 0 }) }

  describe('when nobody answers', () => {
    let proxy: FaultProxy

    beforeEach(async () => {
      proxy = await faultProxy({ target: server })
      onTestFinished(() => proxy.close())
      await proxy.refuse()
    })

    const behind = (options?: PostgresOptions) =>
      poolOn({ ...server.config, host: proxy.host, port: proxy.port }, { breaker: false, ...options })

    it.each<[string, (pool: ResilientPool) => Promise<unknown>]>([
      ['a write', pool => pool.query('create table if not exists repeated ()')],
      ['a read', pool => pool.query('select', { readOnly: true })],
      ['a transaction', pool => pool.transaction(({ client }) => client.query('select'))],
      ['a checkout', async pool => (await pool.connect()).release()],
    ])('is %s, as nothing was begun', async (_, ask) => {
      const pool = behind({
        retry: { ...quick, beforeRetry: ({ attempt }) => (attempt === 3 ? proxy.accept() : undefined) },
      })
      const delays = delaysOf(pool)

      await ask(pool)

      expect(delays).toHaveLength(3)
      expect(pool.totalCount).toBe(1)
    })

    it('is asked five times by default, and then rejects with the error of the last', async () => {
      const pool = behind({ random: () => 0 })
      const delays = delaysOf(pool)

      const error = await rejectionOf(pool.query('select'))

      expect(error).toMatchObject({ code: 'ECONNREFUSED' })
      expect(delays).toEqual([0, 0, 0, 0])
    })

    it('waits longer each time: 100 ms, doubled, with full jitter', async () => {
      const pool = behind({ random: () => 0.01 })
      const delays = delaysOf(pool)

      await rejectionOf(pool.query('select'))

      expect(delays).toEqual([1, 2, 4, 8])
    })

    it('is asked again for a share of the calls only, when these are many', async () => {
      const pool = behind({ retry: quick, bulkhead: false })
      const types: string[] = []
      pool.policy.subscribe(({ type }) => types.push(type))

      await Promise.allSettled(Array.from({ length: 200 }, () => pool.query('select')))

      expect(types).toContain('retry.budgetExhausted')
      expect(types.filter(type => type === 'retry.scheduled').length).toBeLessThan(200)
    })

    it('does not wait for longer than there is time left', async () => {
      const pool = behind({ retry: { backoff: constant({ delayMs: 5_000 }) } })

      const errors = [
        await rejectionOf(pool.query('select', { timeoutMs: 4_000 })),
        await rejectionOf(pool.transaction(() => 'never', { timeoutMs: 4_000 })),
      ]

      expect(errors).toMatchObject([{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }])
    })
  })

  describe('on a conflict', () => {
    it('is a transaction, soon: rand · min(5 · 1.5ⁿ, 500) ms', async () => {
      const pool = poolOn(server.config, { random: () => 0.5 })
      const delays = delaysOf(pool)

      await pool.transaction(({ client, attempt }) => client.query(attempt < 5 ? conflict : 'select'))

      expect(delays).toEqual([3.75, 5.625, 8.4375, 12.65625])
    })

    it('is each of many transactions: such are no sign of trouble', async () => {
      const pool = poolOn(server.config, { retry: quick, bulkhead: { maxQueued: 100, maxWaitMs: Infinity } })

      const attempts = await Promise.all(
        Array.from({ length: 100 }, () =>
          pool.transaction(async ({ client, attempt }) => {
            if (attempt === 1) await client.query(conflict)
            return attempt
          }),
        ),
      )

      expect(new Set(attempts)).toEqual(new Set([2]))
    })

    it('is a read, and not a write that stands alone', async () => {
      const pool = poolOn(server.config, { retry: { ...quick, maxAttempts: 3 } })
      const delays = delaysOf(pool)

      await rejectionOf(pool.query(conflict))
      const afterWrite = delays.length
      await rejectionOf(pool.query(conflict, { readOnly: true }))

      expect([afterWrite, delays.length]).toEqual([0, 2])
    })
  })

  describe('on a prepared statement that is no more, once, on another connection', () => {
    const named = { name: 'all', text: 'select * from changing' }

    it.each([
      ['its table has changed', 'alter table changing add column word text', [{ id: 1, word: null }]],
      ['it was deallocated', 'deallocate all', [{ id: 1 }]],
    ])('as %s', async (_, change, rows) => {
      const pool = poolOn({ ...server.config, max: 1 })
      const delays = delaysOf(pool)
      await pool.query('drop table if exists changing')
      await pool.query('create table changing (id int)')
      await pool.query('insert into changing values (1)')
      await pool.query(named)
      const before = await pidOf(pool)

      await pool.query(change)
      const result = await pool.query(named)

      expect(result.rows).toEqual(rows)
      expect(delays).toEqual([0])
      expect(await pidOf(pool)).not.toBe(before)
    })

    it('and not twice', async () => {
      const pool = poolOn(server.config)
      const delays = delaysOf(pool)

      const error = await rejectionOf(pool.query('execute forgotten'))

      expect(error).toMatchObject({ code: '26000' })
      expect(delays).toEqual([0])
    })
  })

  it('of a server that has no connection left is tried again, later than others', async () => {
    const witness = await witnessOf(server)
    await witness.rows("drop role if exists crowded; create role crowded login password 'kelp' connection limit 0")
    const pool = poolOn(
      { ...server.config, user: 'crowded', password: 'kelp' },
      { random: () => 0.001, breaker: false },
    )
    const delays = delaysOf(pool)

    const error = await rejectionOf(pool.query('select'))

    expect(error).toMatchObject({ code: '53300' })
    expect(delays).toEqual([0.5, 1, 2, 4])
  })

  it.each(['selct', 'table nowhere', 'select 1 / 0', "select 'kelp'::int"])(
    'is not what ends alike each time: %s, not even a read',
    async sql => {
      const pool = poolOn(server.config, { retry: quick })
      const delays = delaysOf(pool)

      await rejectionOf(pool.query(sql, { readOnly: true }))
      await rejectionOf(pool.transaction(({ client }) => client.query(sql)))

      expect(delays).toEqual([])
    },
  )

  it('is not what a server refuses by its password or the name of its database', async () => {
    const errors: unknown[] = []
    for (const wrong of [{ password: 'wrong' }, { database: 'nowhere' }]) {
      const pool = poolOn({ ...server.config, ...wrong }, { retry: quick })
      const delays = delaysOf(pool)
      errors.push(await rejectionOf(pool.query('select', { readOnly: true })), delays)
    }

    expect(errors).toMatchObject([{ code: '28P01' }, [], { code: '3D000' }, []])
  })
})
