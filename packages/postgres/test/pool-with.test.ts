import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { ResilientPool } from '@holdfast/postgres'
import { beforeEach, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { rowsOf } from './rows-of.ts'

describePostgres('a pool with options for all of its work', server => {
  let pool: ResilientPool

  beforeEach(() => {
    pool = poolOn({ ...server.config, max: 1 })
  })

  it('has them, unless it has its own', async () => {
    const reason = new Error('gone')
    const gone = pool.with({ signal: AbortSignal.abort(reason) })

    expect(await rejectionOf(gone.query('select'))).toBe(reason)
    expect(await rejectionOf(gone.query('select', { readOnly: true }))).toBe(reason)
    expect(await rejectionOf(gone.query('select', { signal: undefined }))).toBe(reason)
    expect(await rejectionOf(gone.transaction(() => 'never'))).toBe(reason)
    const { signal } = new AbortController()
    expect((await gone.query('select 1 as one', { signal })).rows).toEqual([{ one: 1 }])
    expect(await gone.transaction(() => 'done', { signal })).toBe('done')
  })

  it('adds them up', async () => {
    const all = pool.with({ readOnly: true }).with({ timeoutMs: 5_000 })

    const rows = await all.transaction(({ client }) =>
      rowsOf(client, "select current_setting('transaction_read_only') as value"),
    )

    expect(rows).toEqual([{ value: 'on' }])
  })

  it('is still the pool', async () => {
    const view = pool.with({ readOnly: true })

    await view.query('select')

    expect(view.totalCount).toBe(pool.totalCount)
    expect([view.breaker, view.bulkhead, view.policy]).toEqual([pool.breaker, pool.bulkhead, pool.policy])
    expect(view).toBeInstanceOf(pool.constructor)
  })

  it.each([
    [{ readonly: true }, 'postgres: query: unknown option "readonly"'],
    [{ timeoutMs: 0 }, 'postgres: query: timeoutMs must be a number of milliseconds above 0, got 0'],
    [{ isolation: 'serializable' }, 'postgres: query: unknown option "isolation"'],
  ])('that make no sense throws at once: %o', (options, message) => {
    expect(() => pool.with(options as never)).toThrow(message)
  })
})
