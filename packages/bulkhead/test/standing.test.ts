import { bulkhead } from '@holdfast/bulkhead'
import { type AnyPolicy, keyed, type PolicyEvent, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, readPolicyOptions, type Standing } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'

/** A policy that stands as a breaker does whose circuit is open. */
function standing(as: Standing): AnyPolicy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('standing', {}, {}))
  return definePolicy<never, PolicyEvent, object>({ emitter, link: next => next, standing: () => as }, {})
}

interface Keyed {
  readonly key: string
}

/** A policy for each key, in room for two. */
const perKey = (make: (key: string) => AnyPolicy): ReturnType<typeof keyed<string, AnyPolicy>> =>
  keyed({ maxKeys: 2, by: call => (call.context as Keyed).key, make })

const keysOf = (policies: ReturnType<typeof perKey>): string[] => [...policies.entries()].map(([key]) => key)

describe('a bulkhead inside keyed', () => {
  it('makes room when it is idle, before one that is open', async () => {
    const policies = perKey(key => (key === 'open' ? standing('open') : bulkhead({ maxConcurrent: 1 })))

    for (const key of ['open', 'idle', 'new']) await policies.run(() => 'up', { context: { key } })

    expect(keysOf(policies)).toEqual(['open', 'new'])
  })

  it('stays while one holds a slot and another waits for it', async () => {
    const slots = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const policies = perKey(key => (key === 'busy' ? slots : bulkhead({ maxConcurrent: 1 })))
    await policies.run(() => 'up', { context: { key: 'busy' } })
    const permit = await slots.acquire()
    const waiting = slots.acquire()

    for (const key of ['idle', 'new']) await policies.run(() => 'up', { context: { key } })

    expect(keysOf(policies)).toEqual(['busy', 'new'])
    permit.release()
    const next = await waiting
    next.release()
  })

  it('keeps the pipeline that it is in while it is busy', async () => {
    const slots = bulkhead({ maxConcurrent: 1 })
    const policies = perKey(key => pipeline(key === 'busy' ? slots : bulkhead({ maxConcurrent: 1 })))
    await policies.run(() => 'up', { context: { key: 'busy' } })
    const permit = slots.tryAcquire()

    for (const key of ['idle', 'new']) await policies.run(() => 'up', { context: { key } })

    expect(keysOf(policies)).toEqual(['busy', 'new'])
    permit?.release()
  })
})
