import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { beforeEach, describe, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { makeCommitsWait } from './slow-commit.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres('a connection that the server ends (57P01)', server => {
  let witness: Witness
  const LOCK = 1
  const waiting = `from pg_advisory_xact_lock_shared(${LOCK})`
  const written = async () => (await witness.rows<{ word: string }>('table words')).map(({ word }) => word)

  beforeEach(async () => {
    witness = await witnessOf(server)
    await witness.rows('drop table if exists words cascade')
    await witness.rows('create table words (word text)')
  })

  it('while it is idle is replaced, and nobody hears of it', async () => {
    const pool = poolOn(server.config)
    await pool.query('select')
    const [idle] = await witness.backends()

    await witness.terminate(idle?.pid ?? 0)
    await expect.poll(() => pool.totalCount, patience).toBe(0)
    await pool.query("insert into words values ('kelp')")

    expect(await written()).toEqual(['kelp'])
    expect(await witness.backends()).not.toMatchObject([{ pid: idle?.pid }])
  })

  it('while a caller holds it idle fails what the caller does next, and is not used again', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const client = await pool.connect()
    const [held] = await witness.backends()

    await witness.terminate(held?.pid ?? 0)
    const error = await rejectionOf(client.query('select'))
    client.release()

    expect(error).toBeInstanceOf(Error)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('during a read lets it be read again', async () => {
    const pool = poolOn(server.config)
    const lock = await witness.hold(LOCK)

    const read = pool.query(`select 'kelp' as word ${waiting}`, { readOnly: true })
    await witness.terminate(await witness.seesRunning(waiting))
    await lock.release()

    expect((await read).rows).toEqual([{ word: 'kelp' }])
  })

  it('during a write rejects with an unknown outcome, and it is not written again', async () => {
    const pool = poolOn(server.config)
    const lock = await witness.hold(LOCK)

    const error = rejectionOf(pool.query(`insert into words select 'kelp' ${waiting}`))
    await witness.terminate(await witness.seesRunning(waiting))
    await lock.release()

    expect(await error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME', cause: { code: '57P01' } })
    await pool.query('select')
    expect(await written()).toEqual([])
  })

  describe('during a transaction', () => {
    it('between two statements lets it be done again, from its beginning', async () => {
      const pool = poolOn(server.config)
      const backends: number[] = []

      const attempts = await pool.transaction(async ({ client, attempt }) => {
        const { rows } = await client.query<{ pid: number }>(
          "insert into words values ('sugar') returning pg_backend_pid() as pid",
        )
        backends.push(rows[0]?.pid ?? 0)
        if (attempt === 1) await witness.terminate(backends[0] ?? 0)
        await client.query("insert into words values ('kelp')")
        return attempt
      })

      expect(attempts).toBe(2)
      expect(new Set(backends).size).toBe(2)
      expect(await written()).toEqual(['sugar', 'kelp'])
    })

    it('within a statement lets it be done again, from its beginning', async () => {
      const pool = poolOn(server.config)
      const lock = await witness.hold(LOCK)

      const attempts = pool.transaction(async ({ client, attempt }) => {
        await client.query("insert into words values ('sugar')")
        await client.query(`insert into words select 'kelp' ${waiting}`)
        return attempt
      })
      await witness.terminate(await witness.seesRunning(waiting))
      await lock.release()

      expect(await attempts).toBe(2)
      expect(await written()).toEqual(['sugar', 'kelp'])
    })

    it('within its COMMIT lets it be done again, as the server says that it was rolled back', async () => {
      const pool = poolOn(server.config)
      const lock = await witness.hold(LOCK)
      await makeCommitsWait(witness, 'words', LOCK)

      const attempts = pool.transaction(async ({ client, attempt }) => {
        await client.query("insert into words values ('kelp')")
        return attempt
      })
      await witness.terminate(await witness.seesRunning('COMMIT'))
      await lock.release()

      expect(await attempts).toBe(2)
      expect(await written()).toEqual(['kelp'])
    })
  })
})

describePostgres(
  'a connection that the server ends while its COMMIT waits for a replica',
  server => {
    it('has committed, so that nothing is done again', async () => {
      const witness = await witnessOf(server)
      await witness.rows('set synchronous_commit = local')
      await witness.rows('create table words (word text)')
      const pool = poolOn(server.config)

      const attempts = pool.transaction(async ({ client, attempt }) => {
        await client.query("insert into words values ('kelp')")
        return attempt
      })
      await witness.terminate(await witness.seesRunning('COMMIT'))

      expect(await attempts).toBe(1)
      expect(await witness.rows('table words')).toEqual([{ word: 'kelp' }])
    })
  },
  { settings: { synchronous_standby_names: 'nobody' } },
)
