import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { Client, Pool } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { patience } from './patience.ts'
import { APPLICATION } from './pool-on.ts'
import { pidOf } from './rows-of.ts'
import { witnessOf } from './witness.ts'

describePostgres('a pool of other clients', server => {
  const poolOf = (ofClass: typeof Client, cancelGraceMs = 2_000): ResilientPool => {
    const bare = new Pool({ ...server.config, max: 1, Client: ofClass, application_name: APPLICATION })
    const pool = resilientPool(bare, { cancelGraceMs })
    onTestFinished(() => pool.end())
    return pool
  }

  describe('that do not say whether a transaction is open, as those of older versions of pg', () => {
    class Older extends Client {
      constructor(options?: ConstructorParameters<typeof Client>[0]) {
        super(options)
        Object.assign(this, { getTransactionStatus: undefined })
      }
    }

    it('queries, borrows and commits as others do', async () => {
      const pool = poolOf(Older)
      const pid = await pidOf(pool)

      await rejectionOf(pool.query('select 1 / 0'))
      const client = await pool.connect()
      client.release()
      const value = await pool.transaction(inside => pidOf(inside.client))

      expect(value).toBe(pid)
      expect(await pidOf(pool)).toBe(pid)
    })

    it.each([true, false])('rejects where its COMMIT would be a ROLLBACK (read-only: %s)', async readOnly => {
      const pool = poolOf(Older)

      const error = await rejectionOf(
        pool.transaction(({ client }) => client.query('select 1 / 0').catch(() => {}), { readOnly }),
      )

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_ROLLED_BACK', cause: { code: '22012' } })
    })
  })

  describe('whose sockets nobody sees, as those of the native bindings', () => {
    class Opaque extends Client {
      static #isHidden = false
      static hideNext(): void {
        Opaque.#isHidden = true
      }
      constructor(options?: ConstructorParameters<typeof Client>[0]) {
        super(options)
        if (Opaque.#isHidden) Object.assign(this, { connection: undefined })
      }
    }

    it('cannot cancel what was aborted, and so closes its connection', async () => {
      const witness = await witnessOf(server)
      const pool = poolOf(Opaque, 20)
      const controller = new AbortController()
      const pid = await pidOf(pool)

      const error = rejectionOf(pool.query('select pg_sleep(600)', { signal: controller.signal }))
      await witness.seesRunning('pg_sleep')
      Opaque.hideNext()
      controller.abort()

      expect(await error).toBe(controller.signal.reason)
      await expect.poll(() => pool.totalCount, patience).toBe(0)
      await witness.terminate(pid)
    })
  })
})
