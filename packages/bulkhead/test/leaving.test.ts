import { bulkhead } from '@holdfast/bulkhead'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe.each(placements)('a caller that leaves a bulkhead $place', ({ put }) => {
  it('while queued leaves the others in their order', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 1, maxQueued: 5 }), clock)
    const controller = new AbortController()
    const started: number[] = []
    const run = (number: number, signal?: AbortSignal): Promise<unknown> =>
      policy.run(() => started.push(number), { signal }).catch(() => {})
    const holder = begin(policy)

    const runs = [run(1), run(2, controller.signal), run(3), run(4, controller.signal), run(5)]
    controller.abort(new Error('enough'))
    await holder.succeed()
    await Promise.all(runs)

    expect(started).toEqual([1, 3, 5])
  })

  it('between the hand-over and the start passes the slot on', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2 })
    const policy = put(slots, clock)
    const controller = new AbortController()
    const operation = scripted<string>([], { clock })
    const permit = slots.tryAcquire()
    const leaver = rejectionOf(policy.run(operation, { signal: controller.signal }))
    const next = policy.run(() => 'next')

    permit?.release()
    const handedOver = [slots.active, slots.queued]
    controller.abort('enough')
    const passedOn = [slots.active, slots.queued]

    expect([handedOver, passedOn]).toEqual([
      [1, 1],
      [1, 0],
    ])
    expect(await leaver).toBe('enough')
    expect(await next).toBe('next')
    expect(operation.calls).toEqual([])
    expect(slots.active).toBe(0)
  })

  it('leaves no listener on its signal, whether it waited or not', async () => {
    const clock = virtualClock()
    const policy = put(bulkhead({ clock, maxConcurrent: 1, maxQueued: 5, maxWaitMs: 50 }), clock)
    const { signal } = new AbortController()
    const operation = scripted([resolves('1', { afterMs: 20 }), resolves('2', { afterMs: 40 })], { clock })

    const runs = Promise.allSettled([1, 2, 3].map(() => policy.run(operation, { signal })))
    const listeners = abortListeners(signal)
    await clock.runAll()
    await runs

    expect([listeners, abortListeners(signal), clock.pendingTimers]).toEqual([3, 0, 0])
  })
})

describe('a caller that leaves a bulkhead', () => {
  it('as it hears that it was queued is out of the queue', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const controller = new AbortController()
    const holder = begin(policy)
    policy.subscribe(event => {
      if (event.type === 'bulkhead.queued') controller.abort('enough')
    })

    const rejection = await rejectionOf(policy.run(() => 'not called', { signal: controller.signal }))

    expect(rejection).toBe('enough')
    expect(policy.queued).toBe(0)
    await holder.succeed()
    expect(policy.active).toBe(0)
  })

  it('as it hears that it has a slot gives it back, and its operation is not called', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1 })
    const controller = new AbortController()
    const operation = scripted<string>([], { clock })
    policy.subscribe(() => controller.abort('enough'))

    const rejection = await rejectionOf(policy.run(operation, { signal: controller.signal }))

    expect(rejection).toBe('enough')
    expect(operation.calls).toEqual([])
    expect(policy.active).toBe(0)
  })

  it('while its work listens gives the slot back when the work has ended', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1 })
    const controller = new AbortController()

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock }), { signal: controller.signal }))
    controller.abort('enough')
    await rejection
    await clock.settle()

    expect(policy.active).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('while queued tells no event of a rejection: nobody refused it', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const controller = new AbortController()
    const recording = record(policy)
    const holder = begin(policy)

    const rejection = rejectionOf(policy.run(() => 'not called', { signal: controller.signal }))
    controller.abort('enough')
    await rejection
    await holder.succeed()

    expect(recording.types).toEqual(['bulkhead.acquired', 'bulkhead.queued'])
  })

  it('in between many times over passes the slot on to the one who stays', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: Infinity })
    const controllers = Array.from({ length: 1_000 }, () => new AbortController())
    const permit = policy.tryAcquire()
    const leavers = controllers.map(({ signal }) => rejectionOf(policy.run(() => 'not called', { signal })))
    const last = policy.run(() => 'last')

    permit?.release()
    for (const controller of controllers) controller.abort('enough')

    expect(await last).toBe('last')
    expect(new Set(await Promise.all(leavers))).toEqual(new Set(['enough']))
    expect([policy.active, policy.queued]).toEqual([0, 0])
  })
})
