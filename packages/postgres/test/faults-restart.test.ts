import { isHoldfastError } from '@holdfast/core'
import type { PostgresServer } from '@holdfast/database-servers'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PostgresOptions } from '@holdfast/postgres'
import { constant } from '@holdfast/retry'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { Client } from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { makeCommitsWait } from './slow-commit.ts'
import { traffic } from './traffic.ts'
import { witnessOf } from './witness.ts'

describePostgres(
  'a server that goes and comes back under load',
  server => {
    /** For as long as the server is away, and without a breaker, which would not. */
    const persistent: PostgresOptions = {
      breaker: false,
      retry: { maxAttempts: 1_000, backoff: constant({ delayMs: 20 }), budget: false },
    }
    const WIDTH = 8

    const outages = [
      { how: 'is restarted', goAndComeBack: (own: PostgresServer) => own.restart() },
      {
        how: 'is killed, and started again',
        goAndComeBack: async (own: PostgresServer) => {
          await own.kill()
          await own.start()
        },
      },
      {
        how: 'ends at once, and is started again',
        goAndComeBack: async (own: PostgresServer) => {
          await own.stop('immediate')
          await own.start()
        },
      },
      { how: 'loses one of its processes, and recovers', goAndComeBack: (own: PostgresServer) => own.crash() },
    ]

    beforeEach(async () => {
      await run('drop table if exists entries', 'create table entries (id int)')
    })

    describe.each(outages)('because it $how', ({ goAndComeBack }) => {
      it('answers all reads', async () => {
        const pool = poolOn(server.config, persistent)
        const reads = traffic(WIDTH, async number => {
          const { rows } = await pool.query<{ number: number }>('select $1::int as number', [number], {
            readOnly: true,
          })
          return rows[0]?.number
        })

        await reads.answered(50)
        await goAndComeBack(server)
        await reads.answered(50)
        const results = await reads.stop()

        expect(results).toEqual(results.map((_, number) => ({ status: 'fulfilled', value: number })))
      })

      it('has each write once that was answered, and says of all others that it cannot tell', async () => {
        const pool = poolOn(server.config, persistent)
        const writes = traffic(WIDTH, number => pool.query('insert into entries values ($1)', [number]))

        await writes.answered(50)
        await goAndComeBack(server)
        await writes.answered(50)
        const results = await writes.stop()

        const times = await timesWritten(results.length)
        const answered = times.filter((_, number) => results[number]?.status === 'fulfilled')
        const others = results.flatMap(result => (result.status === 'rejected' ? [result.reason as unknown] : []))
        expect(answered).toEqual(answered.map(() => 1))
        expect(others.filter(error => !isHoldfastError(error, 'ERR_HOLDFAST_UNKNOWN_OUTCOME'))).toEqual([])
        expect(Math.max(...times)).toBe(1)
      })

      it('has each transaction once, and can tell of all of them', async () => {
        const pool = poolOn(server.config, persistent)
        const writes = traffic(WIDTH, number =>
          pool.transaction(({ client }) => client.query('insert into entries values ($1)', [number])),
        )

        await writes.answered(50)
        await goAndComeBack(server)
        await writes.answered(50)
        const results = await writes.stop()

        expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
        expect(await timesWritten(results.length)).toEqual(results.map(() => 1))
      })
    })

    it('is left alone by the breaker while it is away, and asked again when it is back', async () => {
      const pool = poolOn(server.config, { breaker: { openMs: 50 }, retry: false })
      const isWell = () =>
        pool.query('select').then(
          () => true,
          () => false,
        )

      await server.kill()
      const isSpared = async () => isHoldfastError(await rejectionOf(pool.query('select')), 'ERR_HOLDFAST_CIRCUIT_OPEN')
      await expect.poll(isSpared, patience).toBe(true)
      await server.start()
      await expect.poll(isWell, patience).toBe(true)

      expect(pool.breaker?.state).toBe('closed')
    })

    it('lets a COMMIT that it did not answer be unknown to those who leave before it is back', async () => {
      const pool = poolOn(server.config, { commitGraceMs: 100 })
      const controller = new AbortController()
      const witness = await witnessOf(server)
      await witness.hold(1)
      await makeCommitsWait(witness, 'entries', 1)

      const error = rejectionOf(
        pool.transaction(({ client }) => client.query('insert into entries values (1)'), { signal: controller.signal }),
      )
      await witness.seesRunning('COMMIT')
      await server.kill()
      controller.abort()
      const rejected = await error
      await server.start()

      expect(rejected).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
    })

    it('gives the number of a lost transaction to another, which is not taken for it', async () => {
      await using proxy = await faultProxy({ target: server })
      const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port }, persistent)
      const trap = proxy.cutAt({ match: 'COMMIT\0', direction: 'toServer', how: 'silence' })

      const attempts = pool.transaction(async ({ client, attempt }) => {
        await client.query('insert into entries values (1)')
        return attempt
      })
      await trap.sprung
      await proxy.refuse()
      await server.kill()
      await server.start()
      for (let others = 0; others < 10; others += 1) await run('insert into entries values (2)')
      proxy.cut()
      await proxy.accept()

      expect(await attempts).toBe(2)
      expect(await timesWritten(2)).toEqual([0, 1, 10])
    })

    it('forgets a lost transaction, which is done again', async () => {
      await using proxy = await faultProxy({ target: server })
      const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port }, persistent)
      const trap = proxy.cutAt({ match: 'COMMIT\0', direction: 'toServer', how: 'silence' })

      const attempts = pool.transaction(async ({ client, attempt }) => {
        await client.query('insert into entries values (1)')
        return attempt
      })
      await trap.sprung
      await server.kill()
      await server.start()
      proxy.cut()

      expect(await attempts).toBe(2)
      expect(await timesWritten(2)).toEqual([0, 1])
    })

    async function timesWritten(count: number): Promise<number[]> {
      const rows = await run<{ id: number; times: number }>(
        'select id, count(*)::int as times from entries group by id',
      )
      const times = Array.from({ length: count }, () => 0)
      for (const row of rows) times[row.id] = row.times
      return times
    }

    /** Runs statements on a connection of their own, as any other may be lost. */
    async function run<Row>(...statements: string[]): Promise<Row[]> {
      const client = new Client(server.config)
      await client.connect()
      let rows: Row[] = []
      for (const statement of statements) ({ rows } = (await client.query(statement)) as unknown as { rows: Row[] })
      await client.end()
      return rows
    }
  },
  // What was not committed is lost with the server, and not written by chance before.
  { isStopped: true, settings: { wal_writer_delay: '10s' } },
)
