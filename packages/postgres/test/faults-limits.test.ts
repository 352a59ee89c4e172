import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { beforeEach, expect, it } from 'vitest'
import { backendOf } from './backend-of.ts'
import { poolOn } from './pool-on.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres('a limit of the server', server => {
  let witness: Witness

  beforeEach(async () => {
    witness = await witnessOf(server)
    await witness.rows('drop table if exists words')
    await witness.rows('create table words (word text)')
  })

  it('ends a statement that takes too long, also a read, once, and keeps the connection', async () => {
    const pool = poolOn({ ...server.config, max: 1 }, { timeouts: { statementMs: 250 } })
    const before = await backendOf(pool)
    const sent: unknown[] = []
    pool.policy.subscribe(event => sent.push(event.type))

    const error = await rejectionOf(pool.query('select pg_sleep(600)', { readOnly: true }))

    expect(error).toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' })
    expect(sent).not.toContain('retry.scheduled')
    expect(await backendOf(pool)).toBe(before)
  })

  it('ends the wait of a statement for a lock, and keeps the connection', async () => {
    const pool = poolOn({ ...server.config, max: 1 }, { timeouts: { lockMs: 50 } })
    const before = await backendOf(pool)
    await witness.rows('begin')
    await witness.rows('lock table words')

    const error = await rejectionOf(pool.query("insert into words values ('kelp')"))

    expect(error).toMatchObject({ code: '55P03' })
    expect(await backendOf(pool)).toBe(before)
  })

  it('ends the wait of a transaction for a lock, which is done again', async () => {
    const pool = poolOn(server.config, { timeouts: { lockMs: 50 } })
    await witness.rows('begin')
    await witness.rows('lock table words')

    const attempts = await pool.transaction(async ({ client, attempt }) => {
      if (attempt === 2) await witness.rows('commit')
      await client.query("insert into words values ('kelp')")
      return attempt
    })

    expect(attempts).toBe(2)
    expect(await witness.rows('table words')).toEqual([{ word: 'kelp' }])
  })

  it('lies within what is left to a transaction', async () => {
    const pool = poolOn(server.config, { timeouts: { statementMs: 10_000 } })

    const limitMs = await pool.transaction(
      async ({ client }) => {
        const setting = "select setting::int as ms from pg_settings where name = 'statement_timeout'"
        const { rows } = await client.query<{ ms: number }>(setting)
        return rows[0]?.ms
      },
      { timeoutMs: 3_000 },
    )

    expect(limitMs).toBeGreaterThan(0)
    expect(limitMs).toBeLessThanOrEqual(3_000)
  })

  it('of a transaction is gone with it', async () => {
    const pool = poolOn({ ...server.config, max: 1 }, { timeouts: { lockMs: 4_000, statementMs: 9_000 } })

    await pool.transaction(({ client }) => client.query('select'), { timeoutMs: 3_000 })

    expect((await pool.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '9s' }])
    expect((await pool.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '4s' }])
  })

  it('of the whole ends a query, on the server too', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const before = await backendOf(pool)

    const error = await rejectionOf(pool.query('select pg_sleep(600)', [], { timeoutMs: 60 }))

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 60 })
    await witness.seesNothingRunning()
    expect(await backendOf(pool)).toBe(before)
  })

  it('of the whole ends a transaction, on the server too, and nothing of it is there', async () => {
    const pool = poolOn({ ...server.config, max: 1 })

    const error = await rejectionOf(
      pool.transaction(
        async ({ client }) => {
          await client.query("insert into words values ('kelp')")
          await new Promise(() => {})
        },
        { timeoutMs: 400 },
      ),
    )

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 400 })
    await witness.seesNothingRunning()
    expect(await witness.rows('table words')).toEqual([])
  })
})
