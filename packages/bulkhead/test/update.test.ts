import { bulkhead } from '@holdfast/bulkhead'
import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe('update of a bulkhead', () => {
  it('gives more slots to those who wait, at once and in order', async () => {
    const policy = bulkhead({ clock: virtualClock(), maxConcurrent: 1, maxQueued: 5 })
    const recording = record(policy)
    const calls = Array.from({ length: 5 }, () => begin(policy))
    recording.clear()

    policy.update({ maxConcurrent: 3 })

    expect([policy.active, policy.queued]).toEqual([3, 2])
    expect([policy.maxConcurrent, policy.maxQueued]).toEqual([3, 5])
    expect(recording.events).toMatchObject([
      { type: 'bulkhead.acquired', active: 2, queued: 3 },
      { type: 'bulkhead.acquired', active: 3, queued: 2 },
    ])
    expect(await Promise.all(calls.map(call => call.succeed()))).toHaveLength(5)
  })

  it('to fewer slots lets what runs go on, and nothing new in until enough has ended', async () => {
    const policy = bulkhead({ maxConcurrent: 3, maxQueued: 1 })
    const calls = [begin(policy), begin(policy), begin(policy)]
    const waiter = begin(policy)

    policy.update({ maxConcurrent: 1 })
    const active: number[] = [policy.active]
    for (const call of calls) {
      await call.succeed()
      active.push(policy.active)
    }

    expect(active).toEqual([3, 2, 1, 1])
    expect(await waiter.succeed()).toBe('up')
    expect(policy.active).toBe(0)
  })

  it('to fewer slots rejects newcomers while too many run', async () => {
    const policy = bulkhead({ maxConcurrent: 2 })
    const [one, other] = [begin(policy), begin(policy)]

    policy.update({ maxConcurrent: 1 })
    await one.succeed()
    const rejection = await rejectionOf(policy.run(() => 'not called'))
    await other.succeed()

    expect(rejection).toMatchObject({ active: 1 })
    expect(await policy.run(() => 'up')).toBe('up')
  })

  it('to Infinity lets all in who wait', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 100 })
    const calls = Array.from({ length: 50 }, () => begin(policy))

    policy.update({ maxConcurrent: Infinity })

    expect([policy.active, policy.queued]).toEqual([50, 0])
    await Promise.all(calls.map(call => call.succeed()))
  })

  it('hands slots over one at a time when a listener takes what it can', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 3 })
    const calls = Array.from({ length: 3 }, () => begin(policy))
    const taken: unknown[] = []
    policy.subscribe(() => taken.push(policy.tryAcquire()))

    policy.update({ maxConcurrent: 3 })

    expect(taken).toEqual([undefined, undefined])
    expect(await Promise.all(calls.map(call => call.succeed()))).toEqual(['up', 'up', 'up'])
  })

  it.each([
    [{ maxConcurrent: 0 }, RangeError, 'maxConcurrent must be an integer of at least 1, got 0'],
    [{ maxConcurrent: 1.5 }, RangeError, 'maxConcurrent must be an integer of at least 1, got 1.5'],
    [{ maxConcurrent: '2' }, TypeError, 'maxConcurrent must be an integer of at least 1, got "2"'],
    [{}, TypeError, 'maxConcurrent must be an integer of at least 1, got undefined'],
    [undefined, TypeError, 'maxConcurrent must be an integer of at least 1, got undefined'],
    [null, TypeError, 'options must be an object, got null'],
    [{ maxConcurrent: 2, maxQueued: 5 }, TypeError, 'unknown option "maxQueued", expected one of maxConcurrent'],
  ])('throws for %o, and changes nothing', (changes, kind, message) => {
    const policy = bulkhead({ name: 'reports', maxConcurrent: 1 })

    expect(() => policy.update(changes as never)).toThrow(new kind(`reports: update: ${message}`))
    expect([policy.tryAcquire(), policy.tryAcquire()].map(permit => permit !== undefined)).toEqual([true, false])
  })
})
