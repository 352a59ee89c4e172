import { AsyncLocalStorage } from 'node:async_hooks'
import { bulkhead } from '@holdfast/bulkhead'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe.each(placements)('traps of a bulkhead $place: a waiter that has left', ({ put }) => {
  it('because it waited too long does not receive the next slot: who still waits does', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2, maxWaitMs: 200 })
    const policy = put(slots, clock)
    const [holder, leaver] = [begin(policy), begin(policy)]
    await clock.advance(100)
    const waiter = begin(policy)
    await clock.advance(100)

    await holder.succeed()
    const answer = await waiter.succeed()

    expect(answer).toBe('up')
    expect(slots.active).toBe(0)
    expect(await rejectionOf(leaver.answer)).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
  })

  it('takes no capacity with it, however many leave', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 2, maxQueued: 10, maxWaitMs: 100 })
    const policy = put(slots, clock)

    for (let round = 0; round < 20; round++) {
      const holders = [begin(policy), begin(policy)]
      const leavers = Array.from({ length: 10 }, () => rejectionOf(policy.run(() => 'not called')))
      await clock.advance(100)
      await Promise.all(leavers)
      for (const holder of holders) await holder.succeed()
    }

    expect([slots.active, slots.queued, clock.pendingTimers]).toEqual([0, 0, 0])
    expect([slots.tryAcquire(), slots.tryAcquire()]).not.toContain(undefined)
    expect(slots.tryAcquire()).toBeUndefined()
  })

  it('because it was aborted is answered at once, and not when its turn comes', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 3 })
    const policy = put(slots, clock)
    const controller = new AbortController()
    const reason = new Error('enough')
    const holder = begin(policy)
    const operation = scripted<string>([], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    controller.abort(reason)

    expect(slots.queued).toBe(0)
    expect(await rejection).toBe(reason)
    await holder.succeed()
    expect(operation.calls).toEqual([])
  })
})

describe.each(placements)('traps of a bulkhead $place: a newcomer', ({ put }) => {
  it('does not take the slot between the hand-over and the start of accepted work', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const policy = put(slots, clock)
    const started: string[] = []
    const permit = slots.tryAcquire()
    const accepted = policy.run(() => started.push('accepted'))

    permit?.release()
    const newcomers = [slots.tryAcquire(), policy.run(() => started.push('newcomer'))] as const
    await Promise.all([accepted, newcomers[1]])

    expect(newcomers[0]).toBeUndefined()
    expect(started).toEqual(['accepted', 'newcomer'])
  })

  it('does not overtake in any of the microtasks of a hand-over', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 20 })
    const policy = put(slots, clock)
    const started: number[] = []
    const runs: Promise<unknown>[] = []
    const join = (number: number): unknown => runs.push(policy.run(() => started.push(number)))

    join(0)
    for (let number = 1; number < 20; number++) {
      join(number)
      await Promise.resolve()
    }
    await Promise.all(runs)

    expect(started).toEqual(Array.from({ length: 20 }, (_, number) => number))
  })
})

describe.each(placements)('traps of a bulkhead $place: AsyncLocalStorage', ({ put }) => {
  it('of one caller does not leak into the work of another', async () => {
    const clock = virtualClock()
    const storage = new AsyncLocalStorage<string>()
    const policy = put(bulkhead({ clock, maxConcurrent: 1, maxQueued: 10 }), clock)
    const run = (): Promise<unknown> =>
      policy.run(async () => {
        const before = storage.getStore()
        await clock.settle()
        return [before, storage.getStore()]
      })

    const answers = ['one', 'two', 'three'].map(caller => storage.run(caller, run))

    expect(await Promise.all(answers)).toEqual([
      ['one', 'one'],
      ['two', 'two'],
      ['three', 'three'],
    ])
  })
})
