import { type Clock, systemClock } from '@holdfast/core'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { countCollected, unhandledRejectionsOf } from '@holdfast/testing'
import { Pool, type PoolClient } from 'pg'
import { describe, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { rowsOf } from './rows-of.ts'

type Ask = (pool: ResilientPool, signal: AbortSignal) => Promise<unknown>

const ways: readonly (readonly [string, Ask])[] = [
  ['a query', (pool, signal) => pool.query('select 1 as one', { signal })],
  ['a read', (pool, signal) => pool.query('select 1 as one', { signal, readOnly: true })],
  ['a query that fails', (pool, signal) => rejectionOf(pool.query('select 1 / 0', { signal }))],
  ['a query with a limit', (pool, signal) => pool.query('select', { signal, timeoutMs: 60_000 })],
  ['a query that pg does not take', (pool, signal) => rejectionOf(pool.query({ text: 5 } as never, { signal }))],
  ['a transaction', (pool, signal) => pool.transaction(({ client }) => client.query('select'), { signal })],
  [
    'a transaction that fails',
    (pool, signal) => rejectionOf(pool.transaction(() => Promise.reject(new Error('no')), { signal })),
  ],
  [
    'a transaction that is repeated',
    (pool, signal) =>
      pool.transaction(
        ({ client, attempt }) =>
          client.query(attempt === 1 ? 'do $$ begin raise serialization_failure; end $$' : 'select'),
        { signal },
      ),
  ],
  ['a checkout', async (pool, signal) => (await pool.with({ signal }).connect()).release()],
]

describePostgres('work that has ended', server => {
  it.each(ways)('leaves no listener on a signal that goes on, no timer and no place taken: %s', async (_, ask) => {
    const clock = countedTimers()
    const pool = poolOn(
      { ...server.config, max: 4 },
      { clock, retry: { backoff: () => 0, budget: false }, bulkhead: { maxQueued: 1_000, maxWaitMs: Infinity } },
    )
    const { signal } = new AbortController()

    await Promise.all(Array.from({ length: 200 }, () => ask(pool, signal)))

    expect(abortListeners(signal)).toBe(0)
    expect(clock.pending).toBe(0)
    expect(pool.bulkhead).toMatchObject({ active: 0, queued: 0 })
    expect(pool).toMatchObject({ idleCount: pool.totalCount, waitingCount: 0 })
  })

  it('leaves no listener on its connection', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const { signal } = new AbortController()
    const listenersOf = (client: PoolClient) =>
      Object.fromEntries(client.eventNames().map(name => [name, client.listenerCount(name)]))
    const clients: PoolClient[] = []
    pool.on('connect', client => clients.push(client))
    for (const [, ask] of ways) await ask(pool, signal)
    const before = clients.map(listenersOf)

    for (let times = 0; times < 20; times++) for (const [, ask] of ways) await ask(pool, signal)

    expect(clients.map(listenersOf)).toEqual(before)
  })

  it('leaves no rejection unhandled, whatever it ended with', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const controller = new AbortController()

    const unhandled = await unhandledRejectionsOf(async () => {
      for (const [, ask] of ways) await ask(pool, controller.signal)
      const aborted = Promise.allSettled([
        pool.query('select pg_sleep(600)', { signal: controller.signal }),
        pool.query('select pg_sleep(600)', { signal: controller.signal }),
        pool.transaction(({ client }) => client.query('select'), { signal: controller.signal }),
      ])
      await expect.poll(() => pool.bulkhead?.queued, patience).toBe(2)
      controller.abort()
      await aborted
      await pool.query('select')
    })

    expect(unhandled).toEqual([])
  })

  it('leaves nothing in memory, although the signal of its caller goes on', async () => {
    const pool = poolOn({ ...server.config, max: 3 })
    const { signal } = new AbortController()
    const asked = async (): Promise<WeakRef<object>[]> => {
      const read = await pool.query('select 1 as one', { signal, context: {} })
      const value = await pool.transaction(({ client }) => client.query('select 3 as three'), { signal })
      return [new WeakRef(read), new WeakRef(value)]
    }
    // A client of pg holds its first result and its last.
    const others = () => Promise.all(Array.from({ length: 10 }, () => pool.query('select 2 as two')))

    await others()
    const results = (await Promise.all(Array.from({ length: 10 }, asked))).flat()
    await others()

    expect(await countCollected(results)).toBe(20)
  })

  it('does not hold its pool, once that has ended', async () => {
    const used = async (): Promise<WeakRef<object>> => {
      const pool = resilientPool(new Pool(server.config))
      await pool.query('select')
      await pool.transaction(({ client }) => client.query('select'))
      await pool.end()
      return new WeakRef(pool)
    }
    const pool = await used()

    // Its sockets are closed later.
    await expect.poll(() => countCollected([pool]), patience).toBe(1)
  })

  describe('of many at once', () => {
    it('is told apart: each has its own answer, attempts and signals', async () => {
      const pool = poolOn({ ...server.config, max: 5 }, { bulkhead: { maxWaitMs: Infinity } })
      const numbers = Array.from({ length: 50 }, (_, number) => number)

      const answers = await Promise.all(
        numbers.map(number =>
          pool.transaction(async ({ client, attempt, signal }) => {
            if (number % 2 === 0 && attempt === 1) await client.query('do $$ begin raise serialization_failure; end $$')
            const [row] = await rowsOf<{ number: number }>(client, 'select $1::int as number', [number])
            return [row?.number, attempt, signal.aborted]
          }),
        ),
      )

      expect(answers).toEqual(numbers.map(number => [number, number % 2 === 0 ? 2 : 1, false]))
    })
  })
})

/** The clock of the system, and how many of its timers are still to come. */
function countedTimers(): Clock & { readonly pending: number } {
  const pending = new Set<unknown>()
  return {
    ...systemClock,
    setTimeout(callback, delayMs) {
      const timer = systemClock.setTimeout(() => {
        pending.delete(timer)
        callback()
      }, delayMs)
      pending.add(timer)
      return timer
    },
    clearTimeout(timer) {
      pending.delete(timer)
      systemClock.clearTimeout(timer)
    },
    get pending() {
      return pending.size
    },
  }
}
