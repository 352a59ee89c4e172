import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resilientPool } from '@holdfast/postgres'
import { type CustomTypesConfig, Pool, type PoolClient, type PoolConfig } from 'pg'
import { expect, it, onTestFinished, vi } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { pidOf } from './rows-of.ts'

describePostgres('a resilient pool', server => {
  it('is a pool: an instance of its class, and of what that extends', () => {
    class OwnPool extends Pool {
      get nickname() {
        return `pool of ${this.options.max}`
      }
    }
    const pool = resilientPool(new OwnPool({ ...server.config, max: 3 }))

    expect(pool).toBeInstanceOf(OwnPool)
    expect(pool).toBeInstanceOf(Pool)
    expect(pool).toBeInstanceOf(EventEmitter)
    expect(pool.nickname).toBe('pool of 3')
    expect(['query', 'transaction', 'totalCount', 'policy'].every(member => member in pool)).toBe(true)
    expect('reef' in pool).toBe(false)
  })

  it('counts the connections of the pool that it was made of', async () => {
    const bare = new Pool({ ...server.config, max: 2 })
    const pool = resilientPool(bare, { bulkhead: false })
    const counts = () =>
      [pool, bare].map(({ totalCount, idleCount, waitingCount }) => [totalCount, idleCount, waitingCount])

    const [first, second] = [await pool.connect(), await bare.connect()]
    const third = pool.connect()
    await expect.poll(() => pool.waitingCount, patience).toBe(1)
    const busy = counts()
    first.release()
    second.release()
    ;(await third).release()
    const idle = counts()
    await pool.end()

    expect(busy).toEqual([
      [2, 0, 1],
      [2, 0, 1],
    ])
    expect(idle).toEqual([
      [2, 2, 0],
      [2, 2, 0],
    ])
    expect(pool.expiredCount).toBe(0)
  })

  it('ends, once, by a promise or a callback', async () => {
    const [first, second] = [resilientPool(new Pool(server.config)), resilientPool(new Pool(server.config))]
    await first.query('select')
    const before = [first.ending, first.ended]

    await first.end()
    const error = await rejectionOf(first.query('select'))
    await new Promise<void>(resolve => {
      second.end(resolve)
    })

    expect(before).toEqual([false, false])
    expect([first.ending, first.ended, second.ended]).toEqual([true, true, true])
    expect(error).toMatchObject({ message: 'Cannot use a pool after calling end on the pool' })
    expect(await rejectionOf(first.end())).toMatchObject({ message: 'Called end on pool more than once' })
  })

  it('does not try again once it has ended', async () => {
    const pool = resilientPool(new Pool(server.config))
    const events: string[] = []
    pool.policy.subscribe(({ type }) => events.push(type))
    await pool.end()

    const errors = [
      await rejectionOf(pool.query('select', { readOnly: true })),
      await rejectionOf(pool.connect()),
      await rejectionOf(pool.transaction(() => 'never')),
    ]

    expect(errors).toMatchObject(
      Array.from({ length: 3 }, () => ({ message: 'Cannot use a pool after calling end on the pool' })),
    )
    expect(events).not.toContain('retry.scheduled')
    expect(pool.breaker?.state).toBe('closed')
  })

  it('tells what happens to its connections, with the client that it is', async () => {
    const pool = resilientPool(new Pool({ ...server.config, max: 1 }))
    const events: [string, PoolClient][] = []
    for (const type of ['connect', 'acquire', 'remove'] as const) pool.on(type, client => events.push([type, client]))
    pool.on('release', (error, client) => events.push([error ? 'release for good' : 'release', client]))

    await pool.query('select')
    await pool.transaction(({ client }) => client.query('select'))
    const client = await pool.connect()
    client.release(true)
    await expect.poll(() => events.length, patience).toBe(8)
    await pool.end()

    expect(events.map(([type]) => type)).toEqual([
      'connect',
      'acquire',
      'release',
      'acquire',
      'release',
      'acquire',
      'release for good',
      'remove',
    ])
    expect(new Set(events.map(([, told]) => told))).toEqual(new Set([client]))
  })

  it('takes and drops listeners as the pool does, in a chain', async () => {
    const pool = poolOn(server.config)
    const [once, on, off] = [vi.fn(), vi.fn(), vi.fn()]

    const chained = pool.once('acquire', once).on('acquire', on).on('acquire', off).off('acquire', off)
    await chained.query('select')
    await pool.query('select')

    expect([once, on, off].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 0])
    expect(pool.listenerCount('acquire')).toBe(1)
  })

  it('survives an idle connection that dies, and tells of it', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const pid = await pidOf(pool)
    const died = new Promise<unknown[]>(resolve => {
      pool.once('error', (...told) => resolve(told))
    })

    await poolOn(server.config).query('select pg_terminate_backend($1)', [pid])

    expect(await died).toMatchObject([{ code: '57P01' }, {}])
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('runs what an application has put on its connections: onConnect, types', async () => {
    const connected = vi.fn()
    const onConnect = async (client: Pick<PoolClient, 'query'>): Promise<void> => {
      connected()
      await client.query("set application_name = 'reef'")
    }
    const types: CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => `<${String(text)}>` }
    // The types of pg do not know that the pool waits for what it returns.
    const options: PoolConfig = Object.assign({ types }, server.config, { onConnect })
    const pool = resilientPool(new Pool(options))
    onTestFinished(() => pool.end())

    const { rows } = await pool.query('show application_name')

    expect(rows).toEqual([{ application_name: '<reef>' }])
    expect(connected).toHaveBeenCalledTimes(1)
  })

  it('shows nobody its password', async () => {
    const password = server.config.password
    const pool = poolOn(server.config)
    await pool.query('select')

    expect(inspect(pool, { depth: 12 })).not.toContain(password)
    expect(JSON.stringify(pool.options)).not.toContain(password)
  })

  it('closes connections that have served for long enough', async () => {
    const brief = poolOn({ ...server.config, max: 1, maxLifetimeSeconds: 0.01 })
    const once = poolOn({ ...server.config, max: 1, maxUses: 1 })

    const client = await brief.connect()
    await expect.poll(() => brief.expiredCount, patience).toBe(1)
    client.release()
    const pids = [await pidOf(once), await pidOf(once)]

    expect(brief).toMatchObject({ totalCount: 0, expiredCount: 0 })
    expect(new Set(pids).size).toBe(2)
  })
})
