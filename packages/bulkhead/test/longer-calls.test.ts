import { bulkhead } from '@holdfast/bulkhead'
import { type Call, pipeline } from '@holdfast/core'
import { globalTimersOf } from '@holdfast/fixtures/global-timers'
import { again } from '@holdfast/fixtures/layer'
import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { tapping } from '@holdfast/fixtures/tapping'
import { hangs, rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const reason = new Error('the caller left')

describe('a slot of a call that goes on when it is given back', () => {
  it('after its work has failed is not given back again by an abort', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 2, maxQueued: 2 })
    const controller = new AbortController()
    const operation = scripted([rejects(new Error('down')), hangs({ isDeaf: true })], { clock })
    const rejection = rejectionOf(pipeline(again(clock), slots).run(operation, { signal: controller.signal }))
    await clock.settle()

    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect([slots.active, slots.queued]).toEqual([1, 0])
  })

  it('after its wait was too long is not taken out of the queue again by an abort', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2, maxWaitMs: 100 })
    const holder = begin(slots)
    const controller = new AbortController()
    const patient = pipeline(again(clock), slots)
    const rejection = rejectionOf(patient.run(() => 'up', { signal: controller.signal }))
    await clock.advance(100)

    controller.abort(reason)
    const queued = [slots.queued]
    const next = slots.run(() => 'next')
    queued.push(slots.queued)
    await holder.succeed()

    expect(await rejection).toBe(reason)
    expect(queued).toEqual([0, 1])
    expect(await next).toBe('next')
  })

  it('belongs to its permit, whatever becomes of the call that waited for it', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const controller = new AbortController()

    const worker = async (call: Call): Promise<never> => {
      await slots.acquire(call)
      return new Promise(() => {})
    }
    const rejection = rejectionOf(tapping(() => {}, clock).run(worker, { signal: controller.signal }))
    await clock.settle()
    controller.abort(reason)
    await rejection

    expect([slots.active, clock.pendingTimers]).toEqual([1, 0])
  })
})

describe('a slot of a call that was aborted on the way to it', () => {
  it('comes back, and the operation is not called', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1 })
    const controller = new AbortController()
    const operation = scripted<string>([], { clock })
    const leaving = tapping(() => controller.abort(reason), clock)

    const rejection = await rejectionOf(pipeline(leaving, slots).run(operation, { signal: controller.signal }))

    expect(rejection).toBe(reason)
    expect([operation.calls.length, slots.active]).toEqual([0, 0])
  })
})

describe('a queue that a caller leaves', () => {
  it('keeps no timer of it', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 1_000 })
    begin(slots)
    const controller = new AbortController()

    const rejection = rejectionOf(slots.run(() => 'up', { signal: controller.signal }))
    const timers = [clock.pendingTimers]
    controller.abort(reason)
    timers.push(clock.pendingTimers)

    expect(await rejection).toBe(reason)
    expect(timers).toEqual([1, 0])
  })
})

describe('the timer that reclaims a slot', () => {
  it('holds no process', () => {
    const controller = new AbortController()
    const hung = begin(bulkhead({ maxConcurrent: 1 }), { signal: controller.signal })
    hung.answer.catch(() => {})

    const timers = globalTimersOf(() => controller.abort())

    expect(timers.map(timer => timer.hasRef())).toEqual([false])
    for (const timer of timers) clearTimeout(timer)
  })
})
