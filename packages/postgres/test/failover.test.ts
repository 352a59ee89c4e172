import { describePostgres } from '@holdfast/database-servers/vitest'
import type { ResilientPool } from '@holdfast/postgres'
import { constant } from '@holdfast/retry'
import { beforeEach, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { type Witness, witnessOf } from './witness.ts'

const write = "insert into words values ('kelp')"

describePostgres('what a server refuses that takes no writes any more', server => {
  let pool: ResilientPool
  let witness: Witness

  beforeEach(async () => {
    witness = await witnessOf(server)
    await witness.rows('drop table if exists words')
    await witness.rows('create table words (word text)')
    pool = poolOn(
      { ...server.config, max: 1, options: '-c default_transaction_read_only=on' },
      { retry: { backoff: constant({ delayMs: 0 }) } },
    )
    // The next connection is to the server that has taken over.
    pool.once('connect', () => {
      pool.options.options = ''
    })
  })

  it('is written by the one that has taken over', async () => {
    await pool.query(write)

    expect(await witness.rows('table words')).toEqual([{ word: 'kelp' }])
  })

  it('is written by the one that has taken over, in a transaction that begins anew', async () => {
    const attempts = await pool.transaction(async ({ client, attempt }) => {
      await client.query(write)
      return attempt
    })

    expect(attempts).toBe(2)
    expect(await witness.rows('table words')).toEqual([{ word: 'kelp' }])
  })

  it('does not keep it from answering what only reads', async () => {
    const rows = await pool.transaction(async ({ client }) => (await client.query('table words')).rowCount, {
      readOnly: true,
    })

    expect(rows).toBe(0)
    expect(pool.totalCount).toBe(1)
  })
})
