import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { beforeEach, describe, expect, it } from 'vitest'
import { backendOf } from './backend-of.ts'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { makeCommitsWait } from './slow-commit.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres('an abort', server => {
  let witness: Witness
  let controller: AbortController
  let signal: AbortSignal
  const reason = new Error('nobody waits any more')
  const written = async () => (await witness.rows<{ word: string }>('table words')).map(({ word }) => word)

  beforeEach(async () => {
    controller = new AbortController()
    signal = controller.signal
    witness = await witnessOf(server)
    await witness.rows('drop table if exists words')
    await witness.rows('create table words (word text)')
  })

  it('before anything never asks the server', async () => {
    const pool = poolOn(server.config)
    controller.abort(reason)

    const errors = await Promise.all([
      rejectionOf(pool.query("insert into words values ('kelp')", { signal })),
      rejectionOf(pool.transaction(() => 'never', { signal })),
    ])

    expect(errors).toEqual([reason, reason])
    expect(pool.totalCount).toBe(0)
  })

  it('during a query rejects at once, ends it on the server, and keeps the connection', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const before = await backendOf(pool)

    const error = rejectionOf(pool.query('select pg_sleep(600)', { signal }))
    await witness.seesRunning('pg_sleep')
    controller.abort(reason)

    expect(await error).toBe(reason)
    await witness.seesNothingRunning()
    expect(await backendOf(pool)).toBe(before)
  })

  it('while a call waits for a connection takes it out of the queue', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const held = await pool.connect()

    const errors = [
      rejectionOf(pool.query("insert into words values ('kelp')", { signal })),
      rejectionOf(pool.transaction(({ client }) => client.query("insert into words values ('wrack')"), { signal })),
    ]
    await expect.poll(() => pool.bulkhead?.queued, patience).toBe(2)
    controller.abort(reason)

    expect(await Promise.all(errors)).toEqual([reason, reason])
    expect(pool.bulkhead?.queued).toBe(0)
    held.release()
    await pool.query('select')
    expect(await written()).toEqual([])
  })

  it('while a call waits for a connection of a pool without a bulkhead writes nothing', async () => {
    const pool = poolOn({ ...server.config, max: 1 }, { bulkhead: false })
    const held = await pool.connect()

    const errors = [
      rejectionOf(pool.query("insert into words values ('kelp')", { signal })),
      rejectionOf(pool.transaction(({ client }) => client.query("insert into words values ('wrack')"), { signal })),
    ]
    await expect.poll(() => pool.waitingCount, patience).toBe(2)
    controller.abort(reason)
    expect(await errors[0]).toBe(reason)
    held.release()

    expect(await errors[1]).toBe(reason)
    await pool.query('select')
    expect(await written()).toEqual([])
  })

  describe('of a transaction', () => {
    it('within a statement rolls it back, and keeps the connection', async () => {
      const pool = poolOn({ ...server.config, max: 1 })
      const before = await backendOf(pool)

      const error = rejectionOf(
        pool.transaction(
          async ({ client }) => {
            await client.query("insert into words values ('kelp')")
            await client.query('select pg_sleep(600)')
          },
          { signal },
        ),
      )
      await witness.seesRunning('pg_sleep')
      controller.abort(reason)

      expect(await error).toBe(reason)
      await witness.seesNothingRunning()
      expect(await backendOf(pool)).toBe(before)
      expect(await written()).toEqual([])
    })

    it('between statements rolls it back, and refuses those that follow', async () => {
      const pool = poolOn({ ...server.config, max: 1 })
      let late: Promise<unknown> | undefined

      const error = await rejectionOf(
        pool.transaction(
          async ({ client }) => {
            await client.query("insert into words values ('kelp')")
            controller.abort(reason)
            late = rejectionOf(client.query("insert into words values ('wrack')"))
          },
          { signal },
        ),
      )

      expect(error).toBe(reason)
      expect(await late).toBe(reason)
      expect(await written()).toEqual([])
    })

    it('within its COMMIT waits for the answer, which is not hidden', async () => {
      const pool = poolOn(server.config)
      const lock = await witness.hold(1)
      await makeCommitsWait(witness, 'words', 1)

      const answer = pool.transaction(
        async ({ client }) => {
          await client.query("insert into words values ('kelp')")
          return 'written'
        },
        { signal },
      )
      await witness.seesRunning('COMMIT')
      controller.abort(reason)
      await lock.release()

      expect(await answer).toBe('written')
      expect(await written()).toEqual(['kelp'])
    })

    it('within a COMMIT that is not answered in time rejects with an unknown outcome', async () => {
      const pool = poolOn({ ...server.config, max: 1 }, { commitGraceMs: 50 })
      const lock = await witness.hold(1)
      await makeCommitsWait(witness, 'words', 1)

      const error = rejectionOf(
        pool.transaction(({ client }) => client.query("insert into words values ('kelp')"), { signal }),
      )
      await witness.seesRunning('COMMIT')
      controller.abort(reason)

      expect(await error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
      await lock.release()
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      await witness.seesNothingRunning()
    })
  })
})
