import { bulkhead } from '@holdfast/bulkhead'
import { isHoldfastError } from '@holdfast/core'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

describe('acquire of a bulkhead', () => {
  it('resolves with a permit that holds a slot until it is released', async () => {
    const policy = bulkhead({ maxConcurrent: 1 })

    const permit = await policy.acquire()
    const held = policy.active
    permit.release()
    permit.release()

    expect([held, policy.active]).toEqual([1, 0])
  })

  it('resolves with a permit for using', async () => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const active: number[] = []

    for (let round = 0; round < 2; round++) {
      using permit = await policy.acquire()
      active.push(policy.active)
      permit.release()
      active.push(policy.active)
    }

    expect(active).toEqual([1, 0, 1, 0])
    expect(policy.active).toBe(0)
  })

  it('waits in the same queue as calls', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 3 })
    const order: string[] = []
    const holder = begin(policy)

    const all = [
      policy.run(() => order.push('call')),
      policy.acquire().then(permit => {
        order.push('permit')
        permit.release()
      }),
      policy.run(() => order.push('another call')),
    ]
    await holder.succeed()
    await Promise.all(all)

    expect(order).toEqual(['call', 'permit', 'another call'])
  })

  it('rejects when there is neither a slot nor a place in the queue', async () => {
    const policy = bulkhead({ name: 'reports', maxConcurrent: 1 })
    const permit = policy.tryAcquire()

    const rejection = await rejectionOf(policy.acquire())

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL', policy: 'reports', active: 1, queued: 0 })
    permit?.release()
  })

  it('rejects at once with the reason of the signal while it waits', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
    const controller = new AbortController()
    const permit = policy.tryAcquire()

    const rejection = rejectionOf(policy.acquire({ signal: controller.signal }))
    controller.abort('enough')

    expect(policy.queued).toBe(0)
    expect(await rejection).toBe('enough')
    expect(abortListeners(controller.signal)).toBe(0)
    permit?.release()
    expect(policy.active).toBe(0)
  })

  it('rejects with the reason of a signal that has aborted already', async () => {
    const policy = bulkhead({ maxConcurrent: 1 })

    const rejection = await rejectionOf(policy.acquire({ signal: AbortSignal.abort('enough') }))

    expect(rejection).toBe('enough')
    expect(policy.active).toBe(0)
  })

  it('rejects with a TimeoutError when its limit passes first', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const permit = policy.tryAcquire()

    const rejection = rejectionOf(policy.acquire({ timeoutMs: 100 }))
    await clock.advance(100)

    expect(isHoldfastError(await rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
    expect([policy.queued, clock.pendingTimers]).toEqual([0, 0])
    permit?.release()
  })

  it('leaves no timer and no listener when it resolves', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 500 })
    const { signal } = new AbortController()
    const first = await policy.acquire()

    const second = policy.acquire({ signal, timeoutMs: 100 })
    first.release()
    const permit = await second

    expect([clock.pendingTimers, abortListeners(signal)]).toEqual([0, 0])
    permit.release()
  })

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'gives no slot away for good when it is aborted %i microtasks after the slot was free',
    async microtasks => {
      const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
      const controller = new AbortController()
      const holder = policy.tryAcquire()

      const outcome = policy.acquire({ signal: controller.signal }).then(
        permit => permit.release(),
        (error: unknown) => error,
      )
      holder?.release()
      for (let turn = 0; turn < microtasks; turn++) await Promise.resolve()
      controller.abort('enough')
      await outcome
      await virtualClock().settle()

      expect(policy.active).toBe(0)
    },
  )

  it.each([0, 1, 2, 3])('gives no free slot away for good when it is aborted after %i microtasks', async microtasks => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const controller = new AbortController()

    const outcome = policy.acquire({ signal: controller.signal }).then(
      permit => permit.release(),
      (error: unknown) => error,
    )
    for (let turn = 0; turn < microtasks; turn++) await Promise.resolve()
    controller.abort('enough')
    await outcome
    await virtualClock().settle()

    expect(policy.active).toBe(0)
  })

  it.each(['bulkhead.queued', 'bulkhead.acquired'])(
    'gives no slot away for good when it is aborted at %s',
    async type => {
      const policy = bulkhead({ maxConcurrent: 1, maxQueued: 1 })
      const controller = new AbortController()
      const holder = type === 'bulkhead.queued' ? policy.tryAcquire() : undefined
      policy.subscribe(event => {
        if (event.type === type) controller.abort('enough')
      })

      const rejection = await rejectionOf(policy.acquire({ signal: controller.signal }))
      holder?.release()

      expect(rejection).toBe('enough')
      expect([policy.active, policy.queued]).toEqual([0, 0])
    },
  )

  it('tells that it waited, under one call', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const recording = record(policy)
    const holder = policy.tryAcquire()

    const waiting = policy.acquire()
    await clock.advance(30)
    holder?.release()
    const permit = await waiting
    permit.release()

    expect(recording.events.slice(1)).toMatchObject([
      { type: 'bulkhead.queued', active: 1, queued: 1, pipeline: 'bulkhead' },
      { type: 'bulkhead.acquired', active: 1, queued: 0, waitMs: 30, callId: recording.events[1]?.callId },
    ])
  })

  it('rejects for options that it does not know', async () => {
    const policy = bulkhead({ name: 'reports', maxConcurrent: 1 })

    const rejection = await rejectionOf(policy.acquire({ timeout: 5 } as never))

    expect(rejection).toBeInstanceOf(TypeError)
    expect(policy.active).toBe(0)
  })
})
