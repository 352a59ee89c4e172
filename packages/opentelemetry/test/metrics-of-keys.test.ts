import { bulkhead } from '@holdfast/bulkhead'
import { keyed } from '@holdfast/core'
import { begin } from '@holdfast/fixtures/pending'
import { describe, expect, it } from 'vitest'
import { measured } from './measured.ts'

/** Bulkheads of tenants, of whom the next call is that of the next in `queue`. */
const tenants = (name: string, queue: string[]) => {
  const make = () => bulkhead({ name: 'slots', maxConcurrent: 2 })
  return keyed({ name, maxKeys: 1, by: () => queue.shift() ?? '', make })
}

describe('metrics of policies by key', () => {
  it('count policies that made room for another key', async () => {
    const metrics = measured()
    const perTenant = tenants('evicts', ['one', 'two', 'three'])

    for (let call = 1; call <= 3; call++) await perTenant.run(() => 'fresh')

    const { 'holdfast.keyed.evictions': evictions, ...others } = await metrics.of('evicts')
    expect(evictions?.map(([, count]) => count)).toEqual([2])
    expect(others).not.toHaveProperty('holdfast.keyed.overflows')
  })

  it('count calls of keys that share a policy, and never tell a key', async () => {
    const metrics = measured()
    const perTenant = tenants('overflows', ['secret-1', 'secret-2'])

    const busy = begin(perTenant)
    await perTenant.run(() => 'fresh')
    await busy.succeed()

    expect((await metrics.of('overflows'))['holdfast.keyed.overflows']).toEqual([
      [{ 'holdfast.pipeline.name': 'overflows' }, 1],
    ])
    expect(JSON.stringify(await metrics.read())).not.toContain('secret')
  })
})
