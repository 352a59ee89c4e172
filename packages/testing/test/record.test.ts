import { type Keyed, keyed, type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { record } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

/** A policy that tells `keyed.evicted` with each call but the first. */
function forgetful(): Keyed<number, Policy<never, never>> {
  let number = 0
  return keyed({ name: 'forgetful', maxKeys: 1, by: () => ++number, make: () => pipeline() })
}

describe('record', () => {
  it('keeps the events of a policy, in order', async () => {
    const policy = forgetful()
    const recording = record(policy)

    for (let call = 0; call < 3; call++) await policy.run(() => 'up')

    expect(recording.types).toEqual(['keyed.evicted', 'keyed.evicted'])
    expect(recording.events).toMatchObject([
      { type: 'keyed.evicted', policy: { name: 'forgetful' } },
      { type: 'keyed.evicted', policy: { name: 'forgetful' } },
    ])
  })

  it('keeps the events of all members of a pipeline', async () => {
    const layers = pipeline(forgetful(), forgetful())
    const recording = record(layers)

    for (let call = 0; call < 2; call++) await layers.run(() => 'up')

    expect(recording.types).toEqual(['keyed.evicted', 'keyed.evicted'])
  })

  it('picks the events of one type', async () => {
    const policy = forgetful()
    const recording = record(policy)

    for (let call = 0; call < 3; call++) await policy.run(() => 'up')

    expect(recording.of('keyed.evicted').map(({ wasOpen }) => wasOpen)).toEqual([false, false])
    expect(recording.of('keyed.overflowed')).toEqual([])
  })

  it('forgets when it is cleared, and goes on', async () => {
    const policy = forgetful()
    const recording = record(policy)
    for (let call = 0; call < 3; call++) await policy.run(() => 'up')

    recording.clear()
    expect([recording.events, recording.types]).toEqual([[], []])
    await policy.run(() => 'up')

    expect([recording.events.length, recording.types]).toEqual([1, ['keyed.evicted']])
  })

  it('ends when it is stopped, and keeps what it has', async () => {
    const policy = forgetful()
    const recording = record(policy)
    for (let call = 0; call < 2; call++) await policy.run(() => 'up')

    recording.stop()
    await policy.run(() => 'up')

    expect(recording.types).toEqual(['keyed.evicted'])
  })

  it('shows what comes later in the lists that it gave before', async () => {
    const policy = forgetful()
    const { events, types } = record<typeof policy>(policy)

    for (let call = 0; call < 2; call++) await policy.run(() => 'up')

    expect(events.map(({ type }: PolicyEvent) => type)).toEqual(['keyed.evicted'])
    expect(types).toEqual(['keyed.evicted'])
  })
})
