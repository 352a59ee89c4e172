import { consecutiveFailures } from '@holdfast/circuit-breaker'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PostgresOptions, ResilientPool } from '@holdfast/postgres'
import { virtualClock } from '@holdfast/testing'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import type { PoolConfig } from 'pg'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { poolOn } from './pool-on.ts'

describePostgres('the breaker of a pool', server => {
  let proxy: FaultProxy

  beforeEach(async () => {
    proxy = await faultProxy({ target: server })
    onTestFinished(() => proxy.close())
  })

  const behind = (options?: PostgresOptions, config?: PoolConfig) =>
    poolOn({ ...server.config, host: proxy.host, port: proxy.port, max: 2, ...config }, { retry: false, ...options })

  it.each<[string, (pool: ResilientPool) => Promise<unknown>]>([
    ['queries', pool => pool.query('select')],
    ['transactions', pool => pool.transaction(({ client }) => client.query('select'))],
    ['checkouts', async pool => (await pool.connect()).release()],
  ])('leaves a database alone that refuses connections, for all of its work: by %s', async (_, ask) => {
    const pool = behind()
    await proxy.refuse()

    const errors: unknown[] = []
    for (let times = 0; times < 5; times++) errors.push(await rejectionOf(ask(pool)))
    const after = [
      await rejectionOf(pool.query('select')),
      await rejectionOf(pool.transaction(() => 'never')),
      await rejectionOf(pool.connect()),
    ]

    expect(errors).toMatchObject(Array.from({ length: 5 }, () => ({ code: 'ECONNREFUSED' })))
    expect(after).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', policy: 'postgres.breaker' })),
    )
    expect(pool.breaker?.state).toBe('open')
  })

  it('gives a server that has just restarted time: each connection may fail twice in a row', async () => {
    const pool = behind({}, { max: 8 })
    await proxy.refuse()

    for (let times = 0; times < 15; times++) await rejectionOf(pool.query('select'))
    const before = pool.breaker?.state
    await rejectionOf(pool.query('select'))

    expect([before, pool.breaker?.state]).toEqual(['closed', 'open'])
  })

  it('asks again after a second, half of which is drawn, and is as before when it is answered', async () => {
    const clock = virtualClock()
    const pool = behind({ clock, random: () => 0 })
    const types: string[] = []
    pool.policy.subscribe(({ type }) => types.push(type))
    await proxy.refuse()
    for (let times = 0; times < 5; times++) await rejectionOf(pool.query('select'))
    await proxy.accept()

    await clock.advance(499)
    const early = await rejectionOf(pool.query('select'))
    await clock.advance(1)
    const { rows } = await pool.query('select 1 as one')

    expect(early).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN', retryAfterMs: 1 })
    expect(rows).toEqual([{ one: 1 }])
    expect(pool.breaker?.state).toBe('closed')
    expect(types).toContain('circuit.opened')
    expect(types).toContain('circuit.closed')
  })

  it('waits twice as long each time that it was in vain, up to half a minute, half of which is drawn', async () => {
    const clock = virtualClock()
    const pool = behind({ clock, random: () => 0, breaker: { trip: consecutiveFailures(1) } })
    const waits: number[] = []
    await proxy.refuse()

    for (let times = 0; times < 7; times++) {
      await rejectionOf(pool.query('select'))
      const error = (await rejectionOf(pool.query('select'))) as { retryAfterMs: number }
      waits.push(error.retryAfterMs)
      await clock.advance(error.retryAfterMs)
    }

    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  })

  it('does not hold errors of SQL against it, nor those of its own policies', async () => {
    const pool = behind({ bulkhead: { maxConcurrent: 1, maxQueued: 0 } })
    const held = await pool.connect()
    for (let times = 0; times < 30; times++) await rejectionOf(pool.query('select'))
    held.release()

    for (const sql of ['selct', 'select 1 / 0', 'table nowhere', 'do $$ begin raise serialization_failure; end $$']) {
      for (let times = 0; times < 10; times++) await rejectionOf(pool.query(sql))
    }

    expect(pool.breaker?.state).toBe('closed')
  })

  it.each(['disk_full', 'out_of_memory', 'io_error'])('does hold against it that it has %s', async condition => {
    const pool = behind()

    for (let times = 0; times < 5; times++) {
      await rejectionOf(pool.transaction(({ client }) => client.query(`do $$ begin raise ${condition}; end $$`)))
    }

    expect(pool.breaker?.state).toBe('open')
  })

  it('does not hold against it that it was cancelled, or too slow for its caller', async () => {
    const pool = behind({ breaker: { trip: consecutiveFailures(1) } }, { max: 1 })
    const controller = new AbortController()
    await pool.query('select')

    const aborted = rejectionOf(pool.query('select pg_sleep(600)', { signal: controller.signal }))
    controller.abort()
    await aborted
    await rejectionOf(pool.query('select pg_sleep(600)', { timeoutMs: 20 }))

    expect(pool.breaker?.state).toBe('closed')
  })
})
