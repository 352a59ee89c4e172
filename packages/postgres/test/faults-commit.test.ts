import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PostgresOptions, ResilientPool, TransactionFacts } from '@holdfast/postgres'
import { type CutAtOptions, type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { type Witness, witnessOf } from './witness.ts'

describePostgres('a network that is cut during a transaction', server => {
  let witness: Witness
  let proxy: FaultProxy
  const request = { direction: 'toServer', match: 'COMMIT\0' } as const
  const answer = { direction: 'toClient', match: 'COMMIT\0' } as const
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
  const write = async ({ client, attempt }: TransactionFacts): Promise<number> => {
    await client.query("insert into words values ('kelp')")
    return attempt
  }

  describe('at COMMIT', () => {
    it.each<CutAtOptions>([
      { ...request, at: 'before', how: 'reset' },
      { ...request, at: 'before', how: 'end' },
      { ...request, at: 'within', how: 'reset' },
    ])('before it is there ($at its request, $how): the transaction is done again', async cut => {
      const pool = poolBehindIt()
      const trap = proxy.cutAt(cut)

      const attempts = await pool.transaction(write)

      expect(trap.count).toBe(1)
      expect(attempts).toBe(2)
      expect(await written()).toEqual(['kelp'])
    })

    it.each<CutAtOptions>([
      { ...request, at: 'after', how: 'end' },
      { ...answer, at: 'before', how: 'reset' },
      { ...answer, at: 'before', how: 'end' },
      { ...answer, at: 'within', how: 'reset' },
    ])('before its answer is there ($direction, $at, $how): it resolves, and nothing is done again', async cut => {
      const pool = poolBehindIt()
      const trap = proxy.cutAt(cut)

      const attempts = await pool.transaction(write)

      expect(trap.count).toBe(1)
      expect(attempts).toBe(1)
      expect(await written()).toEqual(['kelp'])
    })

    it('without a word (half-open), after its request: it resolves, and nothing is done again', async () => {
      const pool = poolBehindIt({ timeouts: { statementMs: 300 }, cancelGraceMs: 100 })
      proxy.cutAt({ ...answer, at: 'before', how: 'silence' })

      const attempts = await pool.transaction(write)

      expect(attempts).toBe(1)
      expect(await written()).toEqual(['kelp'])
    })

    it('without a word (half-open), before its request: the transaction is done again', async () => {
      const pool = poolBehindIt({ timeouts: { statementMs: 300 }, cancelGraceMs: 100 })
      proxy.cutAt({ ...request, at: 'before', how: 'silence' })

      const attempts = await pool.transaction(write)

      expect(attempts).toBe(2)
      expect(await written()).toEqual(['kelp'])
      await witness.seesNothingRunning()
    })

    it('and stays so, and nobody waits any more: it rejects with an unknown outcome', async () => {
      const pool = poolBehindIt({ commitGraceMs: 100 })
      const controller = new AbortController()
      const trap = proxy.cutAt({ ...answer, at: 'before', how: 'silence' })

      const error = rejectionOf(pool.transaction(write, { signal: controller.signal }))
      await trap.sprung
      await proxy.refuse()
      proxy.cut()
      controller.abort()

      expect(await error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
      expect(await written()).toEqual(['kelp'])
    })

    it('of a transaction that has only read, and is declared so: it is done again', async () => {
      const pool = poolBehindIt()
      proxy.cutAt({ ...answer, at: 'before' })

      const attempts = await pool.transaction(
        async ({ client, attempt }) => {
          await client.query('table words')
          return attempt
        },
        { readOnly: true },
      )

      expect(attempts).toBe(2)
    })

    it('of a transaction that only notifies: those who listen hear it once', async () => {
      const pool = poolBehindIt()
      const heard: string[] = []
      await witness.listen('words', word => heard.push(word))
      proxy.cutAt({ ...answer, at: 'before' })

      await pool.transaction(({ client }) => client.query("notify words, 'kelp'"))
      await pool.query("notify words, 'the end'")
      await expect.poll(() => heard, patience).toContain('the end')

      expect(heard).toEqual(['kelp', 'the end'])
    })
  })

  describe('before COMMIT', () => {
    it.each<CutAtOptions>([
      { direction: 'toServer', match: 'BEGIN' },
      { direction: 'toServer', match: 'insert into' },
      { direction: 'toClient', match: 'INSERT 0 1' },
      { direction: 'toServer', match: 'pg_current_xact_id' },
    ])('at "$match", the transaction is done again', async cut => {
      const pool = poolBehindIt()
      const trap = proxy.cutAt(cut)

      const attempts = await pool.transaction(write)

      expect(trap.count).toBe(1)
      expect(attempts).toBe(2)
      expect(await written()).toEqual(['kelp'])
    })
  })
})
