import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PostgresEvent, ResilientPool } from '@holdfast/postgres'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'

describePostgres('a pool', server => {
  const typesOf = (pool: ResilientPool): PostgresEvent['type'][] => {
    const types: PostgresEvent['type'][] = []
    pool.policy.subscribe(({ type }) => types.push(type))
    return types
  }

  describe('with its bulkhead', () => {
    it('has a place for each connection, and ten times as many for those who wait', async () => {
      const pool = poolOn({ ...server.config, max: 2 })
      const held = [await pool.connect(), await pool.connect()]

      const waiting = Array.from({ length: 20 }, () => pool.query('select'))
      await expect.poll(() => pool.bulkhead?.queued, patience).toBe(20)
      const error = await rejectionOf(pool.transaction(() => 'never'))
      for (const client of held) client.release()

      expect(error).toMatchObject({
        code: 'ERR_HOLDFAST_BULKHEAD_FULL',
        policy: 'postgres.bulkhead',
        active: 2,
        queued: 20,
      })
      await Promise.all(waiting)
      expect(pool.bulkhead).toMatchObject({ active: 0, queued: 0 })
    })

    it('lets a part of the connections be used, with what is left for others', async () => {
      const pool = poolOn({ ...server.config, max: 10 }, { bulkhead: { maxConcurrent: 2 } })

      await Promise.all(Array.from({ length: 20 }, () => pool.query('select')))

      expect(pool.totalCount).toBe(2)
    })

    it('counts a transaction once, however much it does', async () => {
      const pool = poolOn({ ...server.config, max: 2 })

      const active = await pool.transaction(async ({ client }) => {
        await Promise.all([client.query('select'), client.query('select')])
        return pool.bulkhead?.active
      })

      expect([active, pool.bulkhead?.active]).toEqual([1, 0])
    })
  })

  describe('tells its listeners', () => {
    it('of what goes well, no more than that it had a place', async () => {
      const pool = poolOn(server.config)
      const types = typesOf(pool)

      await pool.query('select')

      expect(types).toEqual(['bulkhead.acquired'])
    })

    it('what its policies have done, by name, with what the caller has given', async () => {
      const pool = poolOn(
        { ...server.config, port: 1 },
        { name: 'orders', retry: { maxAttempts: 2, backoff: () => 0 }, breaker: { trip: consecutiveFailures(2) } },
      )
      const events: unknown[] = []
      pool.policy.subscribe(({ type, policy, pipeline, attempt }) =>
        events.push([type, policy.name, pipeline, attempt]),
      )

      await rejectionOf(pool.query('select'))

      expect(events).toEqual([
        ['bulkhead.acquired', 'orders.bulkhead', 'orders', 1],
        ['retry.scheduled', 'orders.retry', 'orders', 1],
        ['bulkhead.acquired', 'orders.bulkhead', 'orders', 2],
        ['circuit.opened', 'orders.breaker', undefined, undefined],
        ['retry.exhausted', 'orders.retry', 'orders', 2],
      ])
    })

    it('whichever way the work takes: a query, a transaction or a checkout', async () => {
      const pool = poolOn(
        { ...server.config, port: 1 },
        { retry: { maxAttempts: 2, backoff: () => 0 }, breaker: false },
      )
      const types = typesOf(pool)

      await rejectionOf(pool.query('select'))
      await rejectionOf(pool.transaction(() => 'never'))
      await rejectionOf(pool.connect())

      expect(types.filter(type => type === 'retry.exhausted')).toHaveLength(3)
    })
  })

  describe('whose parts are given', () => {
    it('as policies has just those, shared with whoever has them, too', async () => {
      const parts = {
        breaker: circuitBreaker({ name: 'mine' }),
        bulkhead: bulkhead({ maxConcurrent: 1, maxQueued: 0 }),
      }
      const [orders, reports] = [poolOn(server.config, parts), poolOn(server.config, parts)]

      const held = await orders.connect()
      const full = await rejectionOf(reports.query('select'))
      held.release()
      parts.breaker.isolate()
      const open = await rejectionOf(orders.query('select'))

      expect([orders.breaker, orders.bulkhead]).toEqual([parts.breaker, parts.bulkhead])
      expect(full).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
      expect(open).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', policy: 'mine' })
    })

    it('as false has none, and works all the same', async () => {
      const pool = poolOn({ ...server.config, max: 1 }, { retry: false, breaker: false, bulkhead: false })

      const answers = await Promise.all([
        pool.query('select 1 as n'),
        pool.transaction(({ client }) => client.query('select 2 as n')),
        pool.connect().then(async client => {
          const result = await client.query('select 3 as n')
          client.release()
          return result
        }),
      ])

      expect(answers.map(({ rows }): unknown => rows)).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
      expect([pool.breaker, pool.bulkhead]).toEqual([undefined, undefined])
    })

    it('without a bulkhead still bounds the wait for a connection', async () => {
      const clock = virtualClock()
      const pool = poolOn({ ...server.config, max: 1 }, { clock, bulkhead: false, retry: false })
      const held = await pool.connect()

      const errors = [
        rejectionOf(pool.query('select')),
        rejectionOf(pool.transaction(() => 'never')),
        rejectionOf(pool.connect()),
      ]
      await expect.poll(() => pool.waitingCount, patience).toBe(3)
      await clock.advance(2_000)

      expect(await Promise.all(errors)).toMatchObject(
        Array.from({ length: 3 }, () => ({ message: 'timeout exceeded when trying to connect' })),
      )
      held.release()
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })
  })

  describe('lends its policies to other work', () => {
    const lost = () => Promise.reject(Object.assign(new Error('mail'), { code: 'ECONNREFUSED' }))

    it('of which it repeats nothing, as it does not know what that is', async () => {
      const pool = poolOn(server.config)
      const types = typesOf(pool)

      await rejectionOf(pool.policy.run(lost))

      expect(types).not.toContain('retry.scheduled')
    })

    it('but what its own options say', async () => {
      const pool = poolOn(server.config, { retry: { maxAttempts: 2, backoff: () => 0, handles: () => true } })
      const types = typesOf(pool)

      await rejectionOf(pool.policy.run(lost))

      expect(types).toContain('retry.scheduled')
    })
  })
})
