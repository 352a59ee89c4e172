import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resilientPool } from '@holdfast/postgres'
import { Pool } from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { poolOn } from './pool-on.ts'
import { pidOf } from './rows-of.ts'

describePostgres('a resilient pool', server => {
  describe('beside the pool that it was made of', () => {
    it('leaves that as it was', async () => {
      const bare = new Pool(server.config)
      const before = {
        members: Object.keys(bare),
        options: { ...bare.options },
        query: bare.query,
        connect: bare.connect,
      }
      const pool = resilientPool(bare)

      await pool.query('select')
      await pool.end()

      expect({ members: Object.keys(bare).filter(member => !member.startsWith('_end')) }).toEqual({
        members: before.members.filter(member => !member.startsWith('_end')),
      })
      expect(bare.options).toEqual(before.options)
      expect([bare.query, bare.connect]).toEqual([before.query, before.connect])
      expect('transaction' in bare).toBe(false)
    })

    it('shares connections with it, which has no policies', async () => {
      const bare = new Pool({ ...server.config, max: 1 })
      const pool = resilientPool(bare)
      onTestFinished(() => bare.end())

      const pids = [await pidOf(pool), await pidOf(bare)]
      pool.breaker?.isolate()

      expect(pids[0]).toEqual(pids[1])
      expect((await bare.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      expect(await rejectionOf(pool.query('select'))).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    })

    it('may not be made of one that has been wrapped, which has its policies', () => {
      const bare = new Pool(server.config)
      const pool = resilientPool(bare)

      expect(() => resilientPool(bare)).toThrow(TypeError)
      expect(() => resilientPool(pool)).toThrow(TypeError)
    })
  })

  describe('lets tests and instrumentation', () => {
    it('replace its query, and put it back', async () => {
      const pool = poolOn(server.config)
      const spy = vi.spyOn(pool, 'query').mockResolvedValueOnce({ rows: ['a stub'] } as never)

      const stubbed = await pool.query('select 1 as one')
      spy.mockRestore()
      const restored = await pool.query('select 1 as one')

      expect(stubbed).toEqual({ rows: ['a stub'] })
      expect(restored.rows).toEqual([{ one: 1 }])
    })

    it('see what it is asked, and by whom, without changing the pool that it was made of', async () => {
      const bare = new Pool(server.config)
      const pool = resilientPool(bare)
      onTestFinished(() => bare.end())
      const connect = vi.spyOn(pool, 'connect')

      const clients = [await pool.connect(), await bare.connect()]
      for (const client of clients) client.release()

      expect(connect).toHaveBeenCalledTimes(1)
      expect(vi.isMockFunction(bare.connect)).toBe(false)
    })

    it('replace its query by assignment', async () => {
      const bare = new Pool(server.config)
      const pool = resilientPool(bare)
      const stub = async () => 'a stub'

      Object.assign(pool, { query: stub })

      expect([pool.query, bare.query]).toEqual([stub, Pool.prototype.query])
    })

    it('keep what they like on it, as on any object', () => {
      const bare = new Pool(server.config)
      const pool = resilientPool(bare)

      Object.assign(pool, { tenant: 'reef' })

      expect([pool, bare]).toMatchObject([{ tenant: 'reef' }, { tenant: 'reef' }])
    })
  })
})
