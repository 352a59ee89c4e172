import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import { beforeEach, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { rowsOf } from './rows-of.ts'

describePostgres('a transaction is repeated, from its beginning,', server => {
  let pool: ResilientPool
  const words = async () =>
    (await rowsOf<{ word: string }>(pool, 'select word from words order by word')).map(({ word }) => word)
  beforeEach(async () => {
    pool = poolOn({ ...server.config, max: 3 })
    await pool.query('drop table if exists words')
    await pool.query('create table words (word text unique)')
  })

  const failOnce = async (raise: string, retryOn?: string[]) => {
    const attempts: number[] = []
    const value = await pool.transaction(
      async ({ client, attempt }) => {
        attempts.push(attempt)
        await client.query('insert into words values ($1)', [`kelp ${attempt}`])
        if (attempt < 3) await client.query(raise)
        return attempt
      },
      { retryOn },
    )
    return { attempts, value }
  }

  it.each(['serialization_failure', 'deadlock_detected', 'lock_not_available'])('on %s', async condition => {
    const ended = await failOnce(`do $$ begin raise ${condition}; end $$`)

    expect(ended).toEqual({ attempts: [1, 2, 3], value: 3 })
    expect(await words()).toEqual(['kelp 3'])
  })

  it('on what its caller names', async () => {
    const ended = await failOnce('do $$ begin raise unique_violation; end $$', ['23505'])

    expect(ended).toEqual({ attempts: [1, 2, 3], value: 3 })
    expect(await words()).toEqual(['kelp 3'])
  })

  it('and not on that if nobody names it', async () => {
    const error = await rejectionOf(failOnce('do $$ begin raise unique_violation; end $$', ['23P01']))

    expect(error).toMatchObject({ code: '23505' })
    expect(await words()).toEqual([])
  })

  it('where an ORM has wrapped the error', async () => {
    const attempts = await pool.transaction(async ({ client, attempt }) => {
      try {
        if (attempt === 1) await client.query('do $$ begin raise serialization_failure; end $$')
      } catch (cause) {
        throw new Error('Failed query', { cause })
      }
      return attempt
    })

    expect(attempts).toBe(2)
  })

  it('where only its COMMIT finds a conflict', async () => {
    await pool.query('alter table words add constraint late unique (word) deferrable initially deferred')
    await pool.query('alter table words drop constraint words_word_key')
    await pool.query("insert into words values ('kelp')")

    const attempts = await pool.transaction(
      async ({ client, attempt }) => {
        await client.query('insert into words values ($1)', [attempt === 1 ? 'kelp' : 'dulse'])
        return attempt
      },
      { retryOn: ['23505'] },
    )

    expect(attempts).toBe(2)
    expect(await words()).toEqual(['dulse', 'kelp'])
  })

  it('and rejects with the last error when that goes on', async () => {
    const few = poolOn(server.config, { retry: { maxAttempts: 2 } })
    const attempts: number[] = []

    const error = await rejectionOf(
      few.transaction(({ client, attempt }) => {
        attempts.push(attempt)
        return client.query('do $$ begin raise serialization_failure; end $$')
      }),
    )

    expect(error).toMatchObject({ code: '40001' })
    expect(attempts).toEqual([1, 2])
  })

  it('each time with a signal of its own that has not aborted', async () => {
    const signals: AbortSignal[] = []

    await pool.transaction(async ({ client, signal, attempt }) => {
      signals.push(signal)
      if (attempt < 3) await client.query('do $$ begin raise serialization_failure; end $$')
    })

    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  })
})
