import { bulkhead } from '@holdfast/bulkhead'
import { pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const MANY = 100_000

describe('traps of a bulkhead: a double release', () => {
  it('does not make capacity grow', () => {
    const policy = bulkhead({ maxConcurrent: 1 })
    const permit = policy.tryAcquire()

    permit?.release()
    permit?.release()
    const permits = [policy.tryAcquire(), policy.tryAcquire()]
    permit?.release()

    expect(permits.map(given => given !== undefined)).toEqual([true, false])
    expect(policy.active).toBe(1)
  })

  it('by release and by dispose does not make capacity grow', () => {
    const policy = bulkhead({ maxConcurrent: 2 })
    const [first] = [policy.tryAcquire(), policy.tryAcquire()]

    first?.release()
    first?.[Symbol.dispose]()

    expect(policy.active).toBe(1)
  })

  it.each([
    ['ends', resolves('late', { afterMs: 500, isDeaf: true })],
    ['fails', rejects(new Error('late'), { afterMs: 500, isDeaf: true })],
    ['hangs', hangs({ isDeaf: true })],
  ])('of work that is taken back, and then %s, does not make capacity grow', async (_, step) => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 200 })
    const controller = new AbortController()

    const end = policy.run(scripted([step], { clock }), { signal: controller.signal }).catch(() => 'rejected')
    controller.abort()
    await clock.advance(200)
    const permit = policy.tryAcquire()
    await clock.advance(60_000)
    await end

    expect(permit).toBeDefined()
    expect([policy.active, policy.tryAcquire()]).toEqual([1, undefined])
  })
})

describe('traps of a bulkhead: 100 000 waiters that were aborted', { timeout: 60_000 }, () => {
  it('in the queue are passed over without recursion', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: MANY + 1 })
    const permit = policy.tryAcquire()
    const controllers = Array.from({ length: MANY }, () => new AbortController())
    const runs = Promise.allSettled(controllers.map(({ signal }) => policy.run(() => 'not called', { signal })))
    const last = policy.run(() => 'last')

    for (const controller of controllers) controller.abort('enough')
    permit?.release()

    expect(await last).toBe('last')
    expect((await runs).every(({ status }) => status === 'rejected')).toBe(true)
    expect([policy.active, policy.queued]).toEqual([0, 0])
  })

  it('as the slot reaches them pass it on one after the other without recursion', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: MANY + 1 })
    const permit = policy.tryAcquire()
    const controllers = Array.from({ length: MANY }, () => new AbortController())
    const runs = Promise.allSettled(controllers.map(({ signal }) => policy.run(() => 'not called', { signal })))
    const last = policy.run(() => 'last')

    permit?.release()
    for (const controller of controllers) controller.abort('enough')

    expect(await last).toBe('last')
    expect((await runs).every(({ status }) => status === 'rejected')).toBe(true)
    expect([policy.active, policy.queued]).toEqual([0, 0])
  })

  it.each([
    ['in the queue', false],
    ['with the slot in hand', true],
  ])('all at once, %s, leave the slot to the next without recursion', async (_, isGranted) => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: MANY + 1 })
    const permit = policy.tryAcquire()
    const controller = new AbortController()
    // Within one call: the platform's own list of listeners would take quadratic time.
    const runs = pipeline().run(
      call => Promise.allSettled(Array.from({ length: MANY }, () => policy.run(() => 'not called', call))),
      { signal: controller.signal },
    )
    const last = policy.run(() => 'last')

    if (isGranted) permit?.release()
    controller.abort('enough')
    permit?.release()

    expect(await rejectionOf(runs)).toBe('enough')
    expect(await last).toBe('last')
    expect([policy.active, policy.queued]).toEqual([0, 0])
  })
})
