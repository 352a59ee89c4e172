import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { TransactionFacts } from '@holdfast/postgres'
import { beforeEach, expect, it } from 'vitest'
import { barrier } from './barrier.ts'
import { poolOn } from './pool-on.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres(
  'a transaction that meets another',
  server => {
    let witness: Witness
    const cents = async () =>
      (await witness.rows<{ cents: number }>('select cents from accounts order by id')).map(row => row.cents)

    beforeEach(async () => {
      witness = await witnessOf(server)
      await witness.rows('drop table if exists accounts')
      await witness.rows('create table accounts (id int primary key, cents int)')
      await witness.rows('insert into accounts values (1, 100), (2, 100)')
    })

    it('is done again where what it has read was changed since (40001)', async () => {
      const pool = poolOn(server.config)
      const seen: unknown[] = []

      await pool.transaction(
        async ({ client, attempt }) => {
          seen.push((await client.query('select cents from accounts where id = 1')).rows[0])
          if (attempt === 1) await witness.rows('update accounts set cents = 500 where id = 1')
          await client.query('update accounts set cents = cents + 1 where id = 1')
        },
        { isolation: 'repeatable read' },
      )

      expect(seen).toEqual([{ cents: 100 }, { cents: 500 }])
      expect(await cents()).toEqual([501, 100])
    })

    it('is done again where only its COMMIT is refused (40001)', async () => {
      const pool = poolOn(server.config)
      const total = 'select sum(cents)::int as total from accounts'
      const done: number[] = []
      await witness.rows('begin isolation level serializable')
      await witness.rows(total)

      await pool.transaction(
        async ({ client, attempt }) => {
          const { rows } = await client.query<{ total: number }>(total)
          await client.query('insert into accounts values (3, $1)', [rows[0]?.total])
          if (attempt === 1) {
            await witness.rows('insert into accounts values (4, 1000)')
            await witness.rows('commit')
          }
          done.push(attempt)
        },
        { isolation: 'serializable' },
      )

      expect(done).toEqual([1, 2])
      expect(await cents()).toEqual([100, 100, 1200, 1000])
    })

    it('is done again where both wait for each other (40P01)', async () => {
      const pool = poolOn(server.config)
      const bothHaveOne = barrier(2)
      const attempts: number[] = []
      const add =
        (first: number, second: number) =>
        async ({ client, attempt }: TransactionFacts) => {
          attempts.push(attempt)
          await client.query('update accounts set cents = cents + 1 where id = $1', [first])
          await bothHaveOne()
          await client.query('update accounts set cents = cents + 10 where id = $1', [second])
        }

      await Promise.all([pool.transaction(add(1, 2)), pool.transaction(add(2, 1))])

      expect(attempts).toEqual([1, 1, 2])
      expect(await cents()).toEqual([111, 111])
    })

    it('is done again where a lock that it does not wait for is taken (55P03)', async () => {
      const pool = poolOn(server.config)
      await witness.rows('begin')
      await witness.rows('select from accounts where id = 1 for update')

      const attempts = await pool.transaction(async ({ client, attempt }) => {
        if (attempt === 2) await witness.rows('commit')
        await client.query('select from accounts where id = 1 for update nowait')
        return attempt
      })

      expect(attempts).toBe(2)
    })

    it('is done so often and no more where the others never end, and rejects with the error of the server', async () => {
      const pool = poolOn(server.config, { retry: { maxAttempts: 3 } })
      const attempts: number[] = []
      await witness.rows('begin')
      await witness.rows('select from accounts where id = 1 for update')

      const error = await rejectionOf(
        pool.transaction(async ({ client, attempt }) => {
          attempts.push(attempt)
          await client.query('select from accounts where id = 1 for update nowait')
        }),
      )

      expect(error).toMatchObject({ code: '55P03' })
      expect(attempts).toEqual([1, 2, 3])
    })

    it('loses no update of many that are made at once', async () => {
      const pool = poolOn({ ...server.config, max: 8 }, { retry: { maxAttempts: 100, budget: false } })
      const add = async ({ client }: TransactionFacts) => {
        const { rows } = await client.query<{ cents: number }>('select cents from accounts where id = 1')
        await client.query('update accounts set cents = $1 where id = 1', [(rows[0]?.cents ?? 0) + 1])
      }

      await Promise.all(Array.from({ length: 40 }, () => pool.transaction(add, { isolation: 'serializable' })))

      expect(await cents()).toEqual([140, 100])
    })
  },
  { settings: { deadlock_timeout: '20ms' } },
)
