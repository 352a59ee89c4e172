import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PostgresOptions, ResilientPool } from '@holdfast/postgres'
import { type CutAtOptions, type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres('a network that is cut', server => {
  let witness: Witness
  let proxy: FaultProxy
  const written = async () => (await witness.rows<{ word: string }>('table words')).map(({ word }) => word)

  beforeEach(async () => {
    witness = await witnessOf(server)
    await witness.rows('drop table if exists words')
    await witness.rows('create table words (word text)')
    proxy = await faultProxy({ target: server })
    onTestFinished(() => proxy.close())
  })

  const poolBehindIt = (options?: PostgresOptions): ResilientPool =>
    poolOn({ ...server.config, host: proxy.host, port: proxy.port }, options)
  describe('during a statement that stands alone', () => {
    it('of a write, before its request, rejects with an unknown outcome', async () => {
      const pool = poolBehindIt()
      proxy.cutAt({ direction: 'toServer', match: 'insert into' })

      const error = await rejectionOf(pool.query("insert into words values ('kelp')"))

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
      expect(await written()).toEqual([])
    })

    it('of a write, before its answer, rejects with an unknown outcome', async () => {
      const pool = poolBehindIt()
      proxy.cutAt({ direction: 'toClient', match: 'INSERT 0 1' })

      const error = await rejectionOf(pool.query("insert into words values ('kelp')"))

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
      expect(await written()).toEqual(['kelp'])
    })

    it.each<CutAtOptions>([
      { direction: 'toServer', match: 'select 1' },
      { direction: 'toClient', match: 'SELECT 1\0' },
      { direction: 'toClient', match: 'SELECT 1\0', how: 'silence' },
    ])('of a read ($direction, $how), is read again', async cut => {
      const pool = poolBehindIt({ timeouts: { statementMs: 300 }, cancelGraceMs: 100 })
      proxy.cutAt(cut)

      const { rows } = await pool.query('select 1 as one', { readOnly: true })

      expect(rows).toEqual([{ one: 1 }])
    })

    it('amid the rows of a large answer, is read again, and no row is there twice', async () => {
      const pool = poolBehindIt()
      const numbers = 'select number from generate_series(1, 20000) as number'
      proxy.cutAfter({ direction: 'toClient', bytes: 100_000 })

      const { rows } = await pool.query<{ number: number }>(numbers, { readOnly: true })

      expect(rows.length).toBe(20_000)
      expect(new Set(rows.map(({ number }) => number)).size).toBe(20_000)
    })
  })

  describe('while connections are made', () => {
    it('lets any call try again, as nothing was begun', async () => {
      const pool = poolBehindIt()
      proxy.cutAfter({ direction: 'toClient', bytes: 20, times: 2 })

      await pool.query("insert into words values ('kelp')")

      expect(proxy.opened).toBe(3)
      expect(await written()).toEqual(['kelp'])
    })

    it('without a word: an abort rejects at once, and leaves nothing', async () => {
      const pool = poolBehindIt({ timeouts: { acquireMs: 300 } })
      const controller = new AbortController()
      const reason = new Error('nobody waits any more')
      proxy.silence()

      const errors = [
        rejectionOf(pool.query("insert into words values ('kelp')", { signal: controller.signal })),
        rejectionOf(
          pool.transaction(({ client }) => client.query("insert into words values ('wrack')"), {
            signal: controller.signal,
          }),
        ),
      ]
      await expect.poll(() => proxy.links.length, patience).toBe(2)
      controller.abort(reason)

      expect(await Promise.all(errors)).toEqual([reason, reason])
      await proxy.heal()
      await expect.poll(() => pool.bulkhead?.active, patience).toBe(0)
      expect(await written()).toEqual([])
    })

    it('without a word: a call tries again when the limit of that has passed', async () => {
      const pool = poolBehindIt({ timeouts: { acquireMs: 300 } })
      proxy.cutAfter({ direction: 'toClient', bytes: 0, how: 'silence' })

      await pool.query("insert into words values ('kelp')")

      expect(await written()).toEqual(['kelp'])
    })
  })
})
