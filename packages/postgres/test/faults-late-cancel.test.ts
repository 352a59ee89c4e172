import { setImmediate } from 'node:timers/promises'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { seededRandom } from '@holdfast/testing'
import { faultProxy } from '@holdfast/testing/fault-proxy'
import { expect, it } from 'vitest'
import { patience } from './patience.ts'
import { poolOn } from './pool-on.ts'
import { witnessOf } from './witness.ts'

describePostgres('an abort that the server hears of late', server => {
  const reason = new Error('nobody waits any more')

  it('as its request is slow, never hits the next query on that connection', async () => {
    await using proxy = await faultProxy({ target: server })
    const pool = poolOn({ ...server.config, host: proxy.host, port: proxy.port, max: 1 })
    const witness = await witnessOf(server)
    const lock = await witness.hold(1)
    const controller = new AbortController()
    const { signal } = controller
    await pool.query('select')
    const before = proxy.opened

    const error = rejectionOf(pool.query('select pg_advisory_xact_lock_shared(1)', { signal }))
    await witness.seesRunning('pg_advisory_xact_lock_shared')
    proxy.silence({ direction: 'toServer' })
    controller.abort(reason)
    const next = pool.query("select pg_sleep(0.1), 'kelp' as word")
    await expect.poll(() => proxy.opened, patience).toBe(before + 1)
    await lock.release()
    await witness.seesNothingRunning()
    await proxy.heal()

    expect(await error).toBe(reason)
    expect((await next).rows).toMatchObject([{ word: 'kelp' }])
  })

  it('as the query is ending, never hits the next one on that connection', async () => {
    const pool = poolOn({ ...server.config, max: 1 })
    const random = seededRandom(20_261_122)
    const answers: unknown[] = []
    let aborted = 0

    for (let round = 0; round < 400; round += 1) {
      const turn = new AbortController()
      const query = pool.query('select pg_sleep(0.001)', { signal: turn.signal }).catch((error: unknown) => {
        aborted += Number(error === reason)
      })
      const turns = Math.floor(random() * 30)
      for (let waited = 0; waited < turns; waited += 1) await setImmediate()
      turn.abort(reason)
      await query
      answers.push((await pool.query('select 1 as one')).rows)
    }

    expect(answers).toEqual(answers.map(() => [{ one: 1 }]))
    expect(aborted).toBeGreaterThan(0)
  })
})
