import process from 'node:process'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { witnessOf } from './witness.ts'

describePostgres('a connection that dies while nothing runs on it', server => {
  const uncaught: unknown[] = []
  const note = (error: unknown): void => void uncaught.push(error)

  beforeEach(() => {
    uncaught.length = 0
    process.on('uncaughtExceptionMonitor', note)
  })
  afterEach(() => {
    process.off('uncaughtExceptionMonitor', note)
  })

  it.each(['reset', 'end'] as const)('in the pool (%s) does not end the process, and is replaced', async how => {
    await using proxy = await faultProxy({ target: server })
    const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port })
    await Promise.all([pool.query('select'), pool.query('select'), pool.query('select')])

    proxy.cut({ how })
    await expect.poll(() => pool.totalCount, patience).toBe(0)

    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(uncaught).toEqual([])
  })

  it.each(['reset', 'end'] as const)(
    'in the hands of a caller (%s) fails the next statement, and is replaced',
    async how => {
      await using proxy = await faultProxy({ target: server })
      const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port, max: 1 })
      const client = await pool.connect()
      const died = new Promise(resolve => {
        client.once('error', resolve)
      })

      proxy.cut({ how })
      await died
      const error = await rejectionOf(client.query('select'))
      client.release()

      expect(error).toBeInstanceOf(Error)
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      expect(uncaught).toEqual([])
    },
  )

  it('in a transaction between two statements lets it be done again', async () => {
    await using proxy = await faultProxy({ target: server })
    const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port })

    const attempts = await pool.transaction(async ({ client, attempt }) => {
      if (attempt === 1) {
        const died = new Promise(resolve => {
          client.once('error', resolve)
        })
        proxy.cut()
        await died
      }
      await client.query('select')
      return attempt
    })

    expect(attempts).toBe(2)
    expect(uncaught).toEqual([])
  })

  it('in a transaction after its last statement lets it be done again', async () => {
    await using proxy = await faultProxy({ target: server })
    const witness = await witnessOf(server)
    await witness.rows('create table words (word text)')
    const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port })

    const attempts = await pool.transaction(async ({ client, attempt }) => {
      await client.query("insert into words values ('kelp')")
      if (attempt === 1) {
        const died = new Promise(resolve => {
          client.once('error', resolve)
        })
        proxy.cut()
        await died
      }
      return attempt
    })

    expect(attempts).toBe(2)
    expect(await witness.rows('table words')).toEqual([{ word: 'kelp' }])
    expect(uncaught).toEqual([])
  })
})
