import { bulkhead } from '@holdfast/bulkhead'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const MANY = 100_000

describe('a bulkhead with 100 000 calls that wait', () => {
  it('runs them all, in order, without overflowing the stack', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: MANY })
    let started = 0
    let isOrdered = true
    const permit = policy.tryAcquire()

    const runs = Array.from({ length: MANY }, (_, number) =>
      policy.run(() => {
        isOrdered &&= number === started++
      }),
    )
    const { queued } = policy
    permit?.release()
    await Promise.all(runs)

    expect(queued).toBe(MANY)
    expect([started, isOrdered]).toEqual([MANY, true])
    expect([policy.active, policy.queued]).toEqual([0, 0])
  })

  it('lets half of them leave, and runs the others in order', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: MANY, maxWaitMs: 60_000 })
    const started: number[] = []
    const permit = policy.tryAcquire()
    const controllers = Array.from({ length: MANY }, () => new AbortController())

    const runs = Promise.allSettled(
      controllers.map(({ signal }, number) => policy.run(() => started.push(number), { signal })),
    )
    for (let number = 0; number < MANY; number += 2) controllers[number]?.abort('enough')
    const { queued } = policy
    permit?.release()
    await runs

    expect(queued).toBe(MANY / 2)
    expect(started).toHaveLength(MANY / 2)
    expect(started.every((number, index) => number === 2 * index + 1)).toBe(true)
    expect([policy.active, policy.queued, clock.pendingTimers]).toEqual([0, 0, 0])
  })

  it('lets all of them in at once when it gets as many slots', async () => {
    const policy = bulkhead({ maxConcurrent: 1, maxQueued: MANY })
    const permit = policy.tryAcquire()
    const runs = Promise.all(Array.from({ length: MANY }, () => policy.run(() => 'up')))

    policy.update({ maxConcurrent: Infinity })
    const { active } = policy
    permit?.release()
    await runs

    expect(active).toBe(MANY + 1)
    expect(policy.active).toBe(0)
  })

  it('refuses all of them at once when they have waited too long', async () => {
    const clock = virtualClock()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: MANY, maxWaitMs: 1 })
    policy.tryAcquire()
    let refused = 0

    for (let call = 0; call < 1_000; call++) {
      policy.run(() => 'not called').catch(() => refused++)
    }
    await clock.advance(1)

    expect(refused).toBe(1_000)
    expect([policy.active, policy.queued]).toEqual([1, 0])
  })
})
