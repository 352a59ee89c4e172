import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant } from '@holdfast/retry'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { witnessOf } from './witness.ts'

describePostgres(
  'a pool whose connections are all in use',
  server => {
    it('lets a call wait for no longer than the limit of that, and then says that it is full', async () => {
      const pool = poolOn({ ...server.config, max: 1 }, { timeouts: { acquireMs: 250 } })
      const held = await pool.connect()

      const errors = await Promise.all([
        rejectionOf(pool.query('select')),
        rejectionOf(pool.transaction(() => 'never')),
        rejectionOf(pool.connect()),
      ])
      held.release()

      expect(errors).toMatchObject(errors.map(() => ({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })))
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })

    it('lets so many wait, and rejects the next at once', async () => {
      const pool = poolOn({ ...server.config, max: 1 }, { bulkhead: { maxQueued: 2 } })
      const held = await pool.connect()

      const waiting = [pool.query('select 1'), pool.query('select 2')]
      const error = await rejectionOf(pool.query('select 3'))
      held.release()

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL', queued: 2 })
      expect(await Promise.all(waiting)).toMatchObject([{ rowCount: 1 }, { rowCount: 1 }])
    })

    it('has all its slots back, however what held them ended', async () => {
      const pool = poolOn({ ...server.config, max: 3 }, { timeouts: { statementMs: 300 } })
      const controller = new AbortController()
      const witness = await witnessOf(server)

      const ended = Promise.allSettled([
        ...Array.from({ length: 5 }, () => pool.query('select 1 / 0')),
        ...Array.from({ length: 5 }, () => pool.query('select pg_sleep(600)')),
        ...Array.from({ length: 5 }, () => pool.query('select pg_sleep(600)', { signal: controller.signal })),
        ...Array.from({ length: 5 }, () => pool.transaction(() => Promise.reject(new Error('changed my mind')))),
      ])
      await witness.seesRunning('pg_sleep')
      controller.abort()
      const results = await ended
      await expect.poll(() => pool.bulkhead?.active, patience).toBe(0)

      expect(results.every(({ status }) => status === 'rejected')).toBe(true)
      expect(pool.bulkhead).toMatchObject({ active: 0, queued: 0 })
      expect(pool).toMatchObject({ waitingCount: 0, idleCount: pool.totalCount })
    })

    it('waits for a server that has no connection left (53300), and goes on when it has', async () => {
      const others = Array.from({ length: 7 }, () => new Client(server.config))
      for (const other of others) await other.connect()
      const pool = poolOn(server.config, {
        retry: { maxAttempts: 100, backoff: constant({ delayMs: 10 }) },
        breaker: false,
      })
      const refusals: unknown[] = []
      pool.policy.subscribe(event => event.type === 'retry.scheduled' && refusals.push(event))

      const answer = pool.query('select 1 as one')
      await expect.poll(() => refusals.length, patience).toBeGreaterThan(1)
      await Promise.all(others.map(other => other.end()))

      expect((await answer).rows).toEqual([{ one: 1 }])
    })
  },
  { settings: { max_connections: 7, superuser_reserved_connections: 0, reserved_connections: 0 } },
)
