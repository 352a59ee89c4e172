import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import { beforeEach, expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'

describePostgres('a transaction that is aborted', server => {
  let pool: ResilientPool

  beforeEach(() => {
    pool = poolOn({ ...server.config, max: 1 })
  })

  it('takes nothing more, for the reason of that', async () => {
    const controller = new AbortController()
    const reason = new Error('nobody waits any more')
    const refused: Promise<unknown>[] = []

    const error = await rejectionOf(
      pool.transaction(
        async ({ client, signal }) => {
          await client.query('select')
          controller.abort(reason)
          refused.push(rejectionOf(client.query('create table beyond ()')))
          expect(signal.reason).toBe(reason)
        },
        { signal: controller.signal },
      ),
    )

    expect(error).toBe(reason)
    expect(await Promise.all(refused)).toEqual([reason])
  })

  it('does not wait for a callback that does not heed it', async () => {
    const controller = new AbortController()

    const error = rejectionOf(
      pool.transaction(
        async ({ client }) => {
          await client.query('select')
          controller.abort()
          await new Promise(() => {})
        },
        { signal: controller.signal },
      ),
    )

    expect(await error).toBe(controller.signal.reason)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('that comes before its first statement does not even call back', async () => {
    const called: number[] = []
    const held = await pool.connect()
    const controller = new AbortController()

    const error = rejectionOf(pool.transaction(({ attempt }) => called.push(attempt), { signal: controller.signal }))
    await expect.poll(() => pool.bulkhead?.queued, patience).toBe(1)
    controller.abort()
    held.release()

    expect(await error).toBe(controller.signal.reason)
    expect(called).toEqual([])
  })
})
