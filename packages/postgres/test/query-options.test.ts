import type { Call, CallContext } from '@holdfast/core'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type PostgresOptions, type QueryOptions, type ResilientPool, workOf } from '@holdfast/postgres'
import { retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { pidOf } from './rows-of.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres('a query with', server => {
  let pool: ResilientPool
  let witness: Witness

  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 1 })
    witness = await witnessOf(server)
  })

  describe('its options', () => {
    it.each<[string, (options: QueryOptions) => Promise<{ rows: unknown[] }>]>([
      ['after text', options => pool.query('select 1 as one', options)],
      ['after values', options => pool.query('select $1::int as one', [1], options)],
      ['after no values', options => pool.query('select 1 as one', undefined, options)],
      ['after a config', options => pool.query({ text: 'select 1 as one' }, options)],
      ['after a config and values', options => pool.query({ text: 'select $1::int as one' }, [1], options)],
    ])('%s', async (_, ask) => {
      const reason = new Error('gone')

      expect((await ask({})).rows).toEqual([{ one: 1 }])
      expect((await ask({ signal: undefined, timeoutMs: undefined, readOnly: undefined })).rows).toEqual([{ one: 1 }])
      expect(await rejectionOf(ask({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    })

    it('that make no sense rejects, and does not ask', async () => {
      const error = await rejectionOf(pool.query('select', { readOnly: 'yes' } as never))

      expect(error).toMatchObject({ message: 'postgres: query: readOnly must be true or false, got "yes"' })
      expect(pool.totalCount).toBe(0)
    })
  })

  describe('readOnly', () => {
    const broken = (options?: PostgresOptions) =>
      poolOn({ ...server.config, max: 1 }, { retry: { maxAttempts: 3, backoff: () => 0 }, ...options })

    it('is repeated on a conflict, and without it is not', async () => {
      const sql = 'do $$ begin raise serialization_failure; end $$'
      const attempts: number[] = []
      const twice = broken()
      twice.policy.subscribe(event => event.type === 'retry.exhausted' && attempts.push(event.attempts))

      const errors = [await rejectionOf(twice.query(sql, { readOnly: true })), await rejectionOf(twice.query(sql))]

      expect(errors).toMatchObject([{ code: '40001' }, { code: '40001' }])
      expect(attempts).toEqual([3])
    })

    it('tells predicates and listeners that it is', async () => {
      const found: unknown[] = []
      const handles = ({ call }: { readonly call: Call }): boolean => {
        const work = workOf(call)
        found.push([work?.readOnly, work?.isTransaction, call.context])
        return false
      }
      const asked = broken({ retry: { handles } })

      await rejectionOf(asked.query('selct', { readOnly: true, context: tenant('north') }))
      await rejectionOf(asked.query('selct'))
      await rejectionOf(asked.transaction(({ client }) => client.query('selct'), { context: tenant('south') }))

      expect(found).toEqual([
        [true, false, expect.objectContaining({ tenant: 'north' })],
        [false, false, expect.not.objectContaining({ tenant: 'north' })],
        [false, true, expect.objectContaining({ tenant: 'south' })],
      ])
    })
  })

  describe('a signal', () => {
    const reason = new Error('nobody waits any more')

    it('that has aborted never asks', async () => {
      const error = await rejectionOf(pool.query('select', { signal: AbortSignal.abort(reason) }))

      expect(error).toBe(reason)
      expect(pool.totalCount).toBe(0)
    })

    it('that aborts in the queue never asks, and leaves the queue', async () => {
      const controller = new AbortController()
      const held = await pool.connect()

      const error = rejectionOf(pool.query('create table aborted ()', { signal: controller.signal }))
      await expect.poll(() => pool.bulkhead?.queued, patience).toBe(1)
      controller.abort(reason)

      expect(await error).toBe(reason)
      expect(pool.bulkhead?.queued).toBe(0)
      held.release()
      expect((await pool.query("select to_regclass('aborted') as aborted")).rows).toEqual([{ aborted: null }])
    })

    it('that aborts while it waits for the connection to be made never asks', async () => {
      const controller = new AbortController()

      const error = rejectionOf(pool.query('create table aborted ()', { signal: controller.signal }))
      await expect.poll(() => pool.totalCount, patience).toBe(1)
      controller.abort(reason)

      expect(await error).toBe(reason)
      expect((await pool.query("select to_regclass('aborted') as aborted")).rows).toEqual([{ aborted: null }])
      expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
    })

    it.each([null, 0, '', false])('that aborts for the reason %j rejects with just that', async nothing => {
      const controller = new AbortController()

      const error = rejectionOf(pool.query('select pg_sleep(600)', { signal: controller.signal }))
      await witness.seesRunning('pg_sleep')
      controller.abort(nothing)

      expect(await error).toBe(nothing)
    })

    it('that aborts while it runs is cancelled, and its connection kept', async () => {
      const controller = new AbortController()
      await pool.query('select')

      const error = rejectionOf(pool.query('select pg_sleep(600)', { signal: controller.signal }))
      const pid = await witness.seesRunning('pg_sleep')
      controller.abort(reason)

      expect(await error).toBe(reason)
      expect(await pidOf(pool)).toBe(pid)
    })

    it('that aborts after it has ended changes nothing', async () => {
      const controller = new AbortController()

      const { rows } = await pool.query('select 1 as one', { signal: controller.signal })
      controller.abort(reason)

      expect(rows).toEqual([{ one: 1 }])
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })
  })

  describe('a limit', () => {
    it('that passes rejects with what it was, and cancels', async () => {
      const error = await rejectionOf(pool.query('select pg_sleep(600)', { timeoutMs: 50 }))

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 50, phase: 'run' })
      await witness.seesNothingRunning()
    })

    it('longer than that of the pool does not lengthen that', async () => {
      const clock = virtualClock()
      const patient = poolOn(server.config, { clock, timeouts: { lockMs: Infinity, statementMs: Infinity } })

      const error = rejectionOf(patient.query('select pg_sleep(600)', { timeoutMs: 60_000 }))
      await witness.seesRunning('pg_sleep')
      await clock.advance(30_000)

      expect(await error).toMatchObject({ policy: 'postgres.total', timeoutMs: 30_000, phase: 'total' })
    })

    it.each([0, -5])('of a deadline that has passed (%d ms left) never asks', async leftMs => {
      const deadline = { remainingMs: () => leftMs }

      const errors = [
        await rejectionOf(pool.query('select', { deadline })),
        await rejectionOf(pool.transaction(() => 'never', { deadline })),
      ]

      expect(errors).toMatchObject(
        Array.from({ length: 2 }, () => ({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 0, phase: 'run' })),
      )
      expect(pool.totalCount).toBe(0)
    })

    it('of a deadline that is no number is a mistake, which it says', async () => {
      const deadline = { remainingMs: () => Number.NaN }

      const errors = [
        await rejectionOf(pool.query('select', { deadline })),
        await rejectionOf(pool.transaction(() => 'never', { deadline })),
        await rejectionOf(pool.with({ deadline }).connect()),
      ]

      expect(errors.map(error => String(error))).toEqual(
        Array.from({ length: 3 }, () => expect.stringContaining('got NaN') as string),
      )
    })

    it('and a deadline ends with the earlier of both', async () => {
      const run = (timeoutMs: number, leftMs: number) =>
        rejectionOf(pool.query('select pg_sleep(600)', { timeoutMs, deadline: { remainingMs: () => leftMs } }))

      expect([await run(40, 60_000), await run(60_000, 40)]).toMatchObject(
        Array.from({ length: 2 }, () => ({ timeoutMs: 40 })),
      )
    })

    it('of a Call, which is a deadline as it is', async () => {
      const error = await rejectionOf(
        retry({ maxAttempts: 1 }).run(
          call => pool.query('select pg_sleep(600)', { deadline: call, signal: call.signal }),
          {
            timeoutMs: 50,
          },
        ),
      )

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'run' })
      await witness.seesNothingRunning()
    })
  })
})

const tenant = (name: string): CallContext & { tenant: string } => ({ tenant: name })
