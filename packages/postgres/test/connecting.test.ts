import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { PoolClient } from 'pg'
import { describe, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'

describePostgres('connect', server => {
  it('lends a client of pg', async () => {
    const pool = poolOn({ ...server.config, max: 1 })

    const client = await pool.connect()
    await client.query('begin')
    const { rows } = await client.query('select 1 as one')
    await client.query('commit')
    client.release()

    expect(rows).toEqual([{ one: 1 }])
    expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
  })

  it('lends one to a callback, with what gives it back', async () => {
    const pool = poolOn({ ...server.config, max: 1 })

    const returned = await new Promise(resolve => {
      const answer = pool.connect((error, client, done) => {
        done()
        resolve([error, typeof client?.release, answer])
      })
    })

    expect(returned).toEqual([undefined, 'function', undefined])
    expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
    expect(pool.bulkhead?.active).toBe(0)
  })

  it.each<[string, Error | boolean | undefined, number]>([
    ['nothing', undefined, 1],
    ['false', false, 1],
    ['true', true, 0],
    ['an error', new Error('it is in a strange state'), 0],
  ])('keeps or closes a connection that is given back with %s', async (_, reason, count) => {
    const pool = poolOn({ ...server.config, max: 2 })
    const clients = [await pool.connect()]

    clients[0]?.release(reason)
    await new Promise<void>(resolve => {
      pool.connect((_error, _client, done) => {
        done(reason)
        resolve()
      })
    })

    expect(pool).toMatchObject({ totalCount: count, idleCount: count })
    expect(pool.bulkhead?.active).toBe(0)
  })

  it('tells a callback that there is none, and gives it what does nothing', async () => {
    const pool = poolOn({ ...server.config, port: 1 }, { retry: false })

    const [error, client, done] = await new Promise<readonly [Error | undefined, PoolClient | undefined, () => void]>(
      resolve => {
        pool.connect((...answer) => resolve(answer))
      },
    )
    done()

    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    expect(client).toBeUndefined()
    expect(pool.bulkhead?.active).toBe(0)
  })

  it('throws where a client is given back twice, as that of pg does, and frees no place twice', async () => {
    const pool = poolOn({ ...server.config, max: 2 })
    const [first, second] = [await pool.connect(), await pool.connect()]

    first.release()

    expect(() => first.release()).toThrow('Release called on client which has already been released to the pool.')
    expect(pool.bulkhead?.active).toBe(1)
    second.release()
  })

  it('throws at once a second time, whoever has the client by then', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const first = await pool.connect()
    const { release } = first
    release()

    const second = await pool.connect()

    expect(() => release()).toThrow('already been released')
    expect(pool.bulkhead?.active).toBe(1)
    second.release()
  })

  it('holds a place in the bulkhead until the client is given back', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const client = await pool.connect()
    const next = pool.query('select 1 as one')
    await expect.poll(() => pool.bulkhead?.queued, patience).toBe(1)
    const during = pool.bulkhead?.active

    client.release()

    expect((await next).rows).toEqual([{ one: 1 }])
    expect([during, pool.bulkhead?.active]).toEqual([1, 0])
  })

  it('lends the client bare: nothing that runs on it is repeated', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const client = await pool.connect()

    const error = await rejectionOf(client.query('do $$ begin raise serialization_failure; end $$'))
    client.release()

    expect(error).toMatchObject({ code: '40001' })
  })

  it.each([
    ['open', 'create table leftovers ()'],
    ['failed', 'table nowhere'],
  ])('closes a connection that comes back with a transaction in it, %s', async (_, statement) => {
    const pool = poolOn({ ...server.config, max: 1 })
    const client = await pool.connect()
    await client.query('begin')
    await client.query(statement).catch(() => {})

    client.release()
    await pool.transaction(inside => inside.client.query('select'))

    const { rows } = await pool.query("select to_regclass('leftovers') as leftovers")
    expect(rows).toEqual([{ leftovers: null }])
  })

  it('waits in turn with queries', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const held = await pool.connect()
    const order: string[] = []

    const waiting = [
      pool.query('select').then(() => order.push('query')),
      pool.connect().then(client => {
        order.push('connect')
        client.release()
      }),
      pool.transaction(() => order.push('transaction')),
    ]
    held.release()
    await Promise.all(waiting)

    expect(order).toEqual(['query', 'connect', 'transaction'])
  })

  describe('of a pool with options for all', () => {
    it('does not even begin when its signal has aborted', async () => {
      const pool = poolOn(server.config)
      const reason = new Error('gone')

      const error = await rejectionOf(pool.with({ signal: AbortSignal.abort(reason) }).connect())

      expect(error).toBe(reason)
      expect(pool.totalCount).toBe(0)
    })

    it('leaves the queue when its signal aborts', async () => {
      const pool = poolOn({ ...server.config, max: 1 })
      const controller = new AbortController()
      const held = await pool.connect()

      const error = rejectionOf(pool.with({ signal: controller.signal }).connect())
      await expect.poll(() => pool.bulkhead?.queued, patience).toBe(1)
      controller.abort()

      expect(await error).toBe(controller.signal.reason)
      expect(pool.bulkhead?.queued).toBe(0)
      held.release()
    })

    it('is not lent when its deadline has passed', async () => {
      const pool = poolOn(server.config)

      const error = await rejectionOf(pool.with({ deadline: { remainingMs: () => 0 } }).connect())

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 0, phase: 'run' })
      expect(pool.totalCount).toBe(0)
    })

    it('goes back to the pool when it comes too late', async () => {
      const pool = poolOn({ ...server.config, max: 1 }, { bulkhead: false })
      const held = await pool.connect()

      const error = await rejectionOf(pool.with({ timeoutMs: 20 }).connect())
      held.release()

      expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 20 })
      await expect.poll(() => [pool.idleCount, pool.waitingCount], patience).toEqual([1, 0])
    })
  })
})
