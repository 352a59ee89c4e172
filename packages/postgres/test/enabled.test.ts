import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'

describePostgres('a pool that is not enabled', server => {
  it('does all without policies, until it is', async () => {
    let isEnabled = false
    const pool = poolOn(
      { ...server.config, max: 2 },
      {
        enabled: () => isEnabled,
        retry: { backoff: () => 0 },
        bulkhead: { maxConcurrent: 1, maxQueued: 0 },
      },
    )
    pool.breaker?.isolate()
    const types: string[] = []
    pool.policy.subscribe(({ type }) => types.push(type))

    const clients = await Promise.allSettled([pool.connect(), pool.connect()])
    for (const client of clients) if (client.status === 'fulfilled') client.value.release()
    const { rows } = await pool.query('select 1 as one')
    const attempts: number[] = []
    const error = await rejectionOf(
      pool.transaction(({ client, attempt }) => {
        attempts.push(attempt)
        return client.query('do $$ begin raise serialization_failure; end $$')
      }),
    )
    isEnabled = true

    expect(clients.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(rows).toEqual([{ one: 1 }])
    expect(error).toMatchObject({ code: '40001' })
    expect(attempts).toEqual([1])
    expect(types).toEqual([])
    expect(await rejectionOf(pool.query('select'))).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
  })

  it('has no limit of the whole', async () => {
    const clock = virtualClock()
    const pool = poolOn(server.config, { clock, enabled: () => false })

    const value = await pool.transaction(async ({ client }) => {
      await clock.advance(60_000)
      await client.query('select')
      return 'done'
    })

    expect(value).toBe('done')
  })

  it('still does what its caller asks for', async () => {
    const pool = poolOn(server.config, { enabled: () => false })
    const reason = new Error('nobody waits any more')

    const errors = [
      await rejectionOf(pool.query('select', { signal: AbortSignal.abort(reason) })),
      await rejectionOf(pool.transaction(() => 'never', { signal: AbortSignal.abort(reason) })),
      await rejectionOf(pool.query('select pg_sleep(600)', { timeoutMs: 50 })),
    ]

    expect(errors).toEqual([reason, reason, expect.objectContaining({ code: 'ERR_HOLDFAST_TIMEOUT' })])
  })
})
