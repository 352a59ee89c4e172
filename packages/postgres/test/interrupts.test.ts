import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resilientPool } from '@holdfast/postgres'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Client, Pool } from 'pg'
import { afterAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { patience } from './patience.ts'
import { APPLICATION, poolOn } from './pool-on.ts'
import { pidOf } from './rows-of.ts'
import { type Witness, witnessOf } from './witness.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-socket-'))
// The server may run as another user.
chmodSync(folder, 0o777)
afterAll(() => rmSync(folder, { recursive: true }))

describePostgres(
  'what runs on a connection',
  server => {
    let witness: Witness
    let controller: AbortController

    beforeEach(async () => {
      witness = await witnessOf(server)
      controller = new AbortController()
    })

    it('is cancelled by a socket in the file system, where that is the way to the server', async () => {
      const pool = poolOn({ ...server.config, host: folder, max: 1 }, { cancelGraceMs: 30_000 })
      const pid = await pidOf(pool)

      const error = rejectionOf(pool.query('select pg_sleep(600)', { signal: controller.signal }))
      await witness.seesRunning('pg_sleep')
      controller.abort()

      expect(await error).toBe(controller.signal.reason)
      expect(await pidOf(pool)).toBe(pid)
    })

    it.each([
      [
        'a query',
        (pool: ReturnType<typeof poolOn>, signal: AbortSignal) => pool.query('select pg_sleep(600)', { signal }),
      ],
      [
        'a transaction',
        (pool: ReturnType<typeof poolOn>, signal: AbortSignal) =>
          pool.transaction(({ client }) => client.query('select pg_sleep(600)'), { signal }),
      ],
    ])('is left, and its connection closed, where no request to cancel can be made: %s', async (_, ask) => {
      let isBroken = false
      class Fragile extends Client {
        constructor(...given: ConstructorParameters<typeof Client>) {
          if (isBroken) throw new Error('out of sockets')
          super(...given)
        }
      }
      const pool = resilientPool(
        new Pool({ ...server.config, max: 1, Client: Fragile, application_name: APPLICATION }),
        { cancelGraceMs: 20 },
      )
      onTestFinished(() => pool.end())
      const pid = await pidOf(pool)

      const error = rejectionOf(ask(pool, controller.signal))
      await witness.seesRunning('pg_sleep')
      isBroken = true
      controller.abort()

      expect(await error).toBe(controller.signal.reason)
      await expect.poll(() => pool.totalCount, patience).toBe(0)
      isBroken = false
      expect(await pidOf(pool)).not.toBe(pid)
      await witness.terminate(pid)
    })

    it.each(['silence', 'reset', 'end'] as const)(
      'in a transaction that cannot be rolled back (%s) is rolled back as its connection closes',
      async how => {
        await witness.rows('drop table if exists words')
        await witness.rows('create table words (word text)')
        await using proxy = await faultProxy({ target: server })
        const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port, max: 1 }, { cancelGraceMs: 20 })
        const reason = new Error('changed my mind')
        proxy.cutAt({ direction: 'toServer', match: 'ROLLBACK', how })

        const error = await rejectionOf(
          pool.transaction(async ({ client }) => {
            await client.query("insert into words values ('kelp')")
            throw reason
          }),
        )

        expect(error).toBe(reason)
        expect((await pool.query('table words')).rows).toEqual([])
      },
    )
  },
  { settings: { unix_socket_directories: folder } },
)
