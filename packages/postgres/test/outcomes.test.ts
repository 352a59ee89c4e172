import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import { virtualClock } from '@holdfast/testing'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { poolOn } from './pool-on.ts'
import { rowsOf } from './rows-of.ts'
import { makeCommitsWait } from './slow-commit.ts'
import { type Witness, witnessOf } from './witness.ts'

const lostAnswer = { direction: 'toClient', match: 'COMMIT\0', at: 'before' } as const

describePostgres('a COMMIT whose answer is lost', server => {
  let witness: Witness
  let proxy: FaultProxy
  const written = () => witness.rows('table words')

  beforeEach(async () => {
    witness = await witnessOf(server)
    proxy = await faultProxy({ target: server })
    onTestFinished(() => proxy.close())
    await witness.rows(`
      drop schema if exists imitation cascade;
      create schema imitation;
      drop table if exists words;
      create table words (word text);
      drop role if exists app;
      create role app login password 'kelp';
      grant all on words to app;
      grant usage on schema imitation to app;
      alter role app set search_path = imitation, pg_catalog, public;
      grant execute on function pg_current_xact_id() to public`)
  })

  const poolOfApp = (): ResilientPool =>
    poolOn({ ...server.config, host: proxy.host, port: proxy.port, user: 'app', password: 'kelp' })
  const write = (pool: ResilientPool): Promise<number> =>
    pool.transaction(async ({ client, attempt }) => {
      await client.query("insert into words values ('kelp')")
      return attempt
    })

  it('is told by a server that may be asked by anybody', async () => {
    const pool = poolOfApp()
    proxy.cutAt(lostAnswer)

    expect(await write(pool)).toBe(1)
    expect(await written()).toEqual([{ word: 'kelp' }])
  })

  describe('to a server that does not tell', () => {
    beforeEach(async () => {
      await witness.rows('revoke execute on function pg_current_xact_id() from public')
    })

    it('is unknown', async () => {
      const pool = poolOfApp()
      proxy.cutAt(lostAnswer)

      const error = await rejectionOf(write(pool))

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME', operation: 'COMMIT' })
      expect(await written()).toEqual([{ word: 'kelp' }])
    })

    it('is the only thing that such a server does not do: the rest is repeated as elsewhere', async () => {
      const pool = poolOfApp()
      proxy.cutAt({ direction: 'toServer', match: 'insert into' })

      expect(await write(pool)).toBe(2)
      expect(await write(pool)).toBe(1)
    })

    it('is asked no more than once, whether it tells', async () => {
      const pool = poolOfApp()
      await write(pool)
      await witness.rows('grant execute on function pg_current_xact_id() to public')
      proxy.cutAt(lostAnswer)

      expect(await rejectionOf(write(pool))).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
    })
  })

  it('to a standby is asked again once that is the primary', async () => {
    // What a standby says to this function.
    await witness.rows(`
      create function imitation.pg_current_wal_insert_lsn() returns pg_lsn language plpgsql as $$
        begin raise object_not_in_prerequisite_state using message = 'recovery is in progress'; end $$`)
    const pool = poolOfApp()

    const onStandby = await pool.transaction(({ client }) => rowsOf(client, 'table words'))
    await witness.rows('drop function imitation.pg_current_wal_insert_lsn()')
    proxy.cutAt(lostAnswer)
    const onPrimary = await write(pool)

    expect(onStandby).toEqual([])
    expect(onPrimary).toBe(1)
    expect(await written()).toEqual([{ word: 'kelp' }])
  })

  it('is unknown where the server refuses to tell in the end', async () => {
    await witness.rows(`
      create function imitation.pg_xact_status(xid8) returns text language plpgsql as $$
        begin raise insufficient_privilege; end $$`)
    const pool = poolOfApp()
    proxy.cutAt(lostAnswer)

    expect(await rejectionOf(write(pool))).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
  })

  it('is unknown where that was too long ago for the server', async () => {
    await witness.rows(`create function imitation.pg_xact_status(xid8) returns text return null::text`)
    const pool = poolOfApp()
    proxy.cutAt(lostAnswer)

    expect(await rejectionOf(write(pool))).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
  })

  it('is unknown where the server that is asked writes another history, as a standby does that has taken over', async () => {
    // Each process has its own.
    await witness.rows(`
      create function imitation.pg_walfile_name(pg_lsn) returns text
        return lpad(to_hex(pg_backend_pid()), 8, '0') || '0000000000000001'`)
    const pool = poolOfApp()
    proxy.cutAt(lostAnswer)

    expect(await rejectionOf(write(pool))).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
  })

  it('is asked for in vain for a minute at most, where nothing else limits it', async () => {
    const clock = virtualClock()
    const unlimited = { acquireMs: Infinity, lockMs: Infinity, statementMs: Infinity, totalMs: Infinity }
    const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port }, { clock, timeouts: unlimited })
    const trap = proxy.cutAt(lostAnswer)
    const startMs = clock.nowMs()

    const settled = vi.fn()
    const error = rejectionOf(write(pool)).finally(settled)
    await trap.sprung
    await proxy.refuse()
    proxy.cut()
    while (settled.mock.calls.length === 0) {
      await clock.advance(500)
      // Connecting takes real time.
      await new Promise(resolve => {
        setImmediate(resolve)
      })
    }

    expect(await error).toMatchObject({ code: 'ERR_HOLDFAST_UNKNOWN_OUTCOME' })
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(60_000)
  })

  describe('after an abort that waited for it', () => {
    it('counts the abort if the COMMIT has failed for certain', async () => {
      await witness.rows(`
        create or replace function fail() returns trigger language plpgsql as
          $$ begin raise serialization_failure; end $$;`)
      const lock = await witness.hold(7)
      await makeCommitsWait(witness, 'words', 7)
      await witness.rows(`create constraint trigger z_fails after insert on words
        deferrable initially deferred for each row execute function fail()`)
      const controller = new AbortController()
      const pool = poolOn(server.config)
      const attempts: number[] = []

      const error = rejectionOf(
        pool.transaction(
          ({ client, attempt }) => {
            attempts.push(attempt)
            return client.query("insert into words values ('kelp')")
          },
          { signal: controller.signal },
        ),
      )
      await witness.seesRunning('COMMIT')
      controller.abort()
      await lock.release()

      expect(await error).toBe(controller.signal.reason)
      expect(attempts).toEqual([1])
      expect(await written()).toEqual([])
    })

    it('heeds the first of several', async () => {
      const clock = virtualClock()
      const lock = await witness.hold(8)
      await makeCommitsWait(witness, 'words', 8)
      const controller = new AbortController()
      const pool = poolOn(server.config, { clock, commitGraceMs: 5_000 })

      const answer = pool.transaction(
        async ({ client }) => {
          await client.query("insert into words values ('kelp')")
          return 'written'
        },
        { signal: controller.signal, timeoutMs: 1_000 },
      )
      await witness.seesRunning('COMMIT')
      controller.abort()
      await clock.advance(4_999)
      await lock.release()

      expect(await answer).toBe('written')
    })
  })
})
