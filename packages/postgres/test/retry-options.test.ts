import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type ResilientPool, type TransactionOptions, workOf } from '@holdfast/postgres'
import { constant, retry } from '@holdfast/retry'
import { expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'

const conflict = 'do $$ begin raise serialization_failure; end $$'
const quick = { backoff: constant({ delayMs: 0 }) }

describePostgres('what is repeated as the caller says', server => {
  /** The delays before the attempts that follow the first. */
  const delaysOf = (pool: ResilientPool): number[] => {
    const delays: number[] = []
    pool.policy.subscribe(event => event.type === 'retry.scheduled' && delays.push(event.delayMs))
    return delays
  }
  it("by options in place of the preset's, each by itself", async () => {
    const pool = poolOn(server.config, {
      retry: { ...quick, maxAttempts: undefined, handles: ({ call }) => workOf(call)?.readOnly === true },
    })
    const delays = delaysOf(pool)

    await rejectionOf(pool.query('selct'))
    await rejectionOf(pool.query('selct', { readOnly: true }))

    expect(delays).toEqual([0, 0, 0, 0])
  })

  it('by delays of its own, which must fit into the time that is left', async () => {
    const pool = poolOn(server.config, {
      retry: { delayFor: ({ call }) => (workOf(call)?.readOnly === true ? 0 : 5_000) },
    })
    const delays = delaysOf(pool)
    const once = (options: TransactionOptions) =>
      pool.transaction(({ client, attempt }) => client.query(attempt === 1 ? conflict : 'select'), options)

    await once({ readOnly: true })
    const error = await rejectionOf(once({ timeoutMs: 4_000 }))

    expect(error).toMatchObject({ code: '40001' })
    expect(delays).toEqual([0])
  })

  it('by a policy that serves others, too', async () => {
    const works: unknown[] = []
    const shared = retry({
      ...quick,
      maxAttempts: 2,
      handles: ({ call }) => works.push(workOf(call)?.isTransaction) > 0,
    })
    const pool = poolOn(server.config, { retry: shared })

    await rejectionOf(pool.query('selct'))
    await rejectionOf(shared.run(() => Promise.reject(new Error('mail'))))

    expect(works).toEqual([false, false, undefined, undefined])
  })

  it('by a policy', async () => {
    const pool = poolOn(server.config, { retry: retry({ name: 'mine', maxAttempts: 2, ...quick }) })
    const names: string[] = []
    pool.policy.subscribe(event => event.type === 'retry.scheduled' && names.push(event.policy.name))

    await rejectionOf(pool.query('selct'))

    expect(names).toEqual(['mine'])
  })

  it('by false: nothing', async () => {
    const pool = poolOn({ ...server.config, port: 1 }, { retry: false })
    const delays = delaysOf(pool)

    await rejectionOf(pool.query('select', { readOnly: true }))

    expect(delays).toEqual([])
  })
})
