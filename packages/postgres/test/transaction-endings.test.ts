import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool, TransactionCallback } from '@holdfast/postgres'
import { beforeEach, describe, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { rowsOf } from './rows-of.ts'

describePostgres('a transaction whose callback', server => {
  let pool: ResilientPool
  const words = async () =>
    (await rowsOf<{ word: string }>(pool, 'select word from words order by word')).map(({ word }) => word)
  const write = "insert into words values ('kelp')"

  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 1 })
    await pool.query('drop table if exists words')
    await pool.query('create table words (word text unique)')
  })

  describe('fails', () => {
    it.each<[string, unknown]>([
      ['an error', new Error('changed my mind')],
      ['an error with the code of a connection that is lost', Object.assign(new Error('mail'), { code: 'ECONNRESET' })],
      ['an error with the code of a conflict', Object.assign(new Error('another database'), { code: '40001' })],
      ['an error with the message of pg', new Error('Connection terminated unexpectedly')],
      ['text', 'changed my mind'],
      ['undefined', undefined],
      ['null', null],
    ])('with %s is rolled back, and rejects with just that, at the first attempt', async (_, thrown) => {
      const attempts: number[] = []

      const error = await rejectionOf(
        pool.transaction(async ({ client, attempt }) => {
          attempts.push(attempt)
          await client.query(write)
          throw thrown
        }),
      )

      expect(error).toBe(thrown)
      expect(attempts).toEqual([1])
      expect(await words()).toEqual([])
    })

    it('at once, without a promise, is rolled back', async () => {
      const reason = new Error('at once')
      const callback: TransactionCallback<never> = () => {
        throw reason
      }

      expect(await rejectionOf(pool.transaction(callback))).toBe(reason)
      expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
    })

    it('does not count against the database', async () => {
      for (let times = 0; times < 30; times++) {
        const thrown = Object.assign(new Error('mail'), { code: 'ECONNREFUSED' })
        await rejectionOf(pool.transaction(() => Promise.reject(thrown)))
      }

      expect(pool.breaker?.state).toBe('closed')
    })

    it('with the error of a statement rejects with that', async () => {
      const error = await rejectionOf(pool.transaction(({ client }) => client.query('table nowhere')))

      expect(error).toMatchObject({ code: '42P01', message: 'relation "nowhere" does not exist' })
    })
  })

  describe('swallows an error', () => {
    it('is rolled back, and says so, with that error as the cause', async () => {
      const error = await rejectionOf(
        pool.transaction(async ({ client }) => {
          await client.query(write)
          await client.query('select 1 / 0').catch(() => {})
          return 'done'
        }),
      )

      expect(error).toMatchObject({
        name: 'RolledBackError',
        code: 'ERR_HOLDFAST_ROLLED_BACK',
        message: 'postgres: the transaction was rolled back, as a statement in it had failed; see the cause',
        cause: { code: '22012' },
      })
      expect(await words()).toEqual([])
    })

    it('is repeated if that error asks for it', async () => {
      const attempts = await pool.transaction(async ({ client, attempt }) => {
        if (attempt === 1) await client.query('do $$ begin raise serialization_failure; end $$').catch(() => {})
        return attempt
      })

      expect(attempts).toBe(2)
    })

    it('and goes on rejects with the error that was the first, and not with what follows from it', async () => {
      const error = await rejectionOf(
        pool.transaction(async ({ client }) => {
          await client.query('select 1 / 0').catch(() => {})
          await client.query(write)
        }),
      )

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_ROLLED_BACK', cause: { code: '22012' } })
    })

    it('may go on if it goes back to a savepoint', async () => {
      await pool.transaction(async ({ client }) => {
        await client.query('savepoint here')
        await client.query('select 1 / 0').catch(() => client.query('rollback to savepoint here'))
        await client.query(write)
      })

      expect(await words()).toEqual(['kelp'])
    })

    it('of pg itself, as of a value that it cannot send, may go on: the server knows nothing of it', async () => {
      const circle: { self?: object } = {}
      circle.self = circle

      await pool.transaction(async ({ client }) => {
        await client.query('select $1', [circle]).catch(() => {})
        await client.query(write)
      })

      expect(await words()).toEqual(['kelp'])
    })
  })

  describe('ends the transaction itself', () => {
    it.each(['commit', 'rollback'])('by %s is told not to', async ending => {
      const error = await rejectionOf(
        pool.transaction(async ({ client }) => {
          await client.query(write)
          await client.query(ending)
        }),
      )

      expect(error).toMatchObject({
        message: 'postgres: the callback has ended its transaction; leave COMMIT and ROLLBACK to transaction()',
      })
      expect(await words()).toEqual(ending === 'commit' ? ['kelp'] : [])
      expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
    })

    it('and begins another is committed, as nobody can tell them apart', async () => {
      await pool.transaction(({ client }) => client.query(`rollback; begin; ${write}`))

      expect(await words()).toEqual(['kelp'])
    })
  })

  describe('forgets to wait for a statement', () => {
    it('is committed with it, if that was sent', async () => {
      await pool.transaction(({ client }) => {
        void client.query(write)
      })

      expect(await words()).toEqual(['kelp'])
    })

    it('that fails is rolled back, and says so', async () => {
      const forgotten: Promise<unknown>[] = []

      const error = await rejectionOf(
        pool.transaction(async ({ client }) => {
          await client.query(write)
          forgotten.push(rejectionOf(client.query('select 1 / 0')))
        }),
      )

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_ROLLED_BACK', cause: { code: '22012' } })
      expect(await Promise.all(forgotten)).toMatchObject([{ code: '22012' }])
      expect(await words()).toEqual([])
    })

    it('that fails is rolled back, and says so, also where it was only to read', async () => {
      const forgotten: Promise<unknown>[] = []

      const error = await rejectionOf(
        pool.transaction(({ client }) => void forgotten.push(rejectionOf(client.query('select 1 / 0'))), {
          readOnly: true,
        }),
      )

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_ROLLED_BACK', cause: { code: '22012' } })
      expect(await Promise.all(forgotten)).toMatchObject([{ code: '22012' }])
    })

    it('and fails by itself takes that back, too', async () => {
      const reason = new Error('changed my mind')

      const error = await rejectionOf(
        pool.transaction(({ client }) => {
          void client.query(write)
          throw reason
        }),
      )

      expect(error).toBe(reason)
      expect(await words()).toEqual([])
    })
  })

  it.each([undefined, null, 'insert', 7, {}, { query: 'select' }])('is none (%o) is not begun', async callback => {
    const error = await rejectionOf(pool.transaction(callback as never))

    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      message: expect.stringMatching(/^postgres: transaction takes a function, got /) as string,
    })
  })
})
