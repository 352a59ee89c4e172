import { bulkhead } from '@holdfast/bulkhead'
import { type AnyPolicy, keyed, pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { repeating } from './repeating.ts'

/** Each call goes to the bulkhead of the key that is current. */
function perKey(maxKeys: number) {
  const current = { key: 'a' }
  const make = (name: string) => bulkhead({ name, maxConcurrent: 1, maxQueued: 1 })
  const policy = keyed({ by: () => current.key, make, maxKeys })
  const go = (key: string): AnyPolicy => {
    current.key = key
    return policy
  }
  return { policy, go }
}

describe('bulkheads in keyed', () => {
  it('are full one by one', async () => {
    const { go } = perKey(2)
    const calls = [begin(go('a')), begin(go('a'))]

    const rejection = await rejectionOf(go('a').run(() => 'not called'))
    const answer = await go('b').run(() => 'up')

    expect(rejection).toMatchObject({ policy: 'a' })
    expect(answer).toBe('up')
    for (const call of calls) await call.succeed()
  })

  it('do not make room while somebody holds a permit', async () => {
    const { policy, go } = perKey(1)
    await go('busy').run(() => 'up')
    const permit = policy.get('busy')?.tryAcquire()

    await go('new').run(() => 'up')
    const during = [...policy.entries()].map(([key]) => key)
    permit?.release()
    await go('new').run(() => 'up')
    const after = [...policy.entries()].map(([key]) => key)

    expect([during, after]).toEqual([['busy'], ['new']])
  })

  it('do not make room while work goes on that nobody waits for', async () => {
    const clock = virtualClock()
    const current = { key: 'a' }
    const make = (name: string) => bulkhead({ clock, name, maxConcurrent: 1 })
    const policy = keyed({ by: () => current.key, make, maxKeys: 1, clock })
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })
    const rejection = rejectionOf(pipeline(policy, cutting({ limitMs: 100, clock })).run(operation))
    await clock.advance(100)
    await rejection

    current.key = 'b'
    await policy.run(() => 'up')
    const during = policy.get('a')?.active
    await clock.advance(400)
    await policy.run(() => 'up')

    expect([during, policy.get('a')]).toEqual([1, undefined])
  })
})

describe('a bulkhead inside a retry', () => {
  it('takes a slot for each attempt, while the work of the last one goes on in its own', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 2 })
    const policy = pipeline(repeating({ times: 2, clock }), slots, cutting({ limitMs: 100, clock }))
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true }), resolves('second')], { clock })

    const answer = policy.run(operation)
    await clock.advance(100)
    const during = slots.active
    await clock.advance(400)

    expect(await answer).toBe('second')
    expect([during, slots.active]).toEqual([1, 0])
  })

  it('rejects the attempt that finds no slot, because the work of the one before goes on', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const policy = pipeline(repeating({ times: 2, clock }), slots, cutting({ limitMs: 100, clock }))
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(500)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL', active: 1 })
    expect(slots.active).toBe(0)
  })
})

describe('a bulkhead around a retry', () => {
  it('holds its slot until the abandoned work of every attempt has ended', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const policy = pipeline(slots, repeating({ times: 2, clock }), cutting({ limitMs: 100, clock }))
    const late = resolves('late', { afterMs: 500, isDeaf: true })

    const rejection = rejectionOf(policy.run(scripted([late, late], { clock })))
    await clock.advance(200)
    await rejection
    const active = [slots.active]
    await clock.advance(399)
    active.push(slots.active)
    await clock.advance(1)
    active.push(slots.active)

    expect(active).toEqual([1, 1, 0])
  })
})

describe('bulkheads in one pipeline', () => {
  it('are shared between pipelines', async () => {
    const slots = bulkhead({ maxConcurrent: 1 })
    const [reads, writes] = [pipeline(slots), pipeline(slots)]
    const call = begin(reads)

    const rejection = await rejectionOf(writes.run(() => 'not called'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    await call.succeed()
  })

  it('give the outer slot back when the inner one is refused', async () => {
    const [outer, inner] = [bulkhead({ maxConcurrent: 1 }), bulkhead({ maxConcurrent: 1 })]
    const permit = inner.tryAcquire()

    await rejectionOf(pipeline(outer, inner).run(() => 'not called'))

    expect(outer.active).toBe(0)
    permit?.release()
  })

  it('tell their events through the pipeline, in order', async () => {
    const both = pipeline(bulkhead({ name: 'outer', maxConcurrent: 1 }), bulkhead({ name: 'inner', maxConcurrent: 1 }))
    const recording = record(both)

    await both.run(() => 'up')

    expect(recording.events.map(({ type, policy }) => `${policy.name} ${type}`)).toEqual([
      'outer bulkhead.acquired',
      'inner bulkhead.acquired',
    ])
  })

  it('leave no call waiting at the inner one when the caller leaves', async () => {
    const [outer, inner] = [bulkhead({ maxConcurrent: 2 }), bulkhead({ maxConcurrent: 1, maxQueued: 1 })]
    const controller = new AbortController()
    const permit = inner.tryAcquire()

    const rejection = rejectionOf(pipeline(outer, inner).run(() => 'not called', { signal: controller.signal }))
    controller.abort('enough')
    await rejection
    await Promise.resolve()

    expect([outer.active, inner.queued]).toEqual([0, 0])
    permit?.release()
  })
})
