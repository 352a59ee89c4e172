import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { bulkhead, pipeline, timeout } from 'holdfast'
import { describe, expect, it } from 'vitest'

describe.each([
  ['inside', true],
  ['outside', false],
])('a bulkhead with a timeout %s', (_, isInside) => {
  function limited() {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
    const limit = timeout({ clock, timeoutMs: 800 })
    return { clock, slots, policy: isInside ? pipeline(slots, limit) : pipeline(limit, slots) }
  }

  it('keeps the slot of work that was given up on until the work ends', async () => {
    const { clock, slots, policy } = limited()
    const operation = scripted([resolves('late', { afterMs: 2_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(800)
    await rejection
    const activeAfterTimeout = slots.active
    await clock.advance(1_199)
    const activeBeforeEnd = slots.active
    await clock.advance(1)

    expect([activeAfterTimeout, activeBeforeEnd, slots.active]).toEqual([1, 1, 0])
  })

  it('never runs more at once than it has slots, however many callers gave up', async () => {
    const { clock, slots, policy } = limited()
    const running: number[] = []
    const deaf = resolves('late', { afterMs: 3_000, isDeaf: true })
    const operation = scripted(
      Array.from({ length: 10 }, () => deaf),
      { clock },
    )

    const ends: Promise<unknown>[] = []
    for (let run = 0; run < 10; run++) {
      ends.push(policy.run(operation).catch(() => 'rejected'))
      await clock.advance(700)
      running.push(operation.running)
    }
    await clock.runAll()
    await Promise.all(ends)

    expect(Math.max(...running)).toBe(1)
    expect([slots.active, slots.queued]).toEqual([0, 0])
  })

  it('gives the slot to who waits when the work ends', async () => {
    const { clock, slots, policy } = limited()
    const operation = scripted([resolves('late', { afterMs: 1_000, isDeaf: true }), resolves('next')], { clock })

    const rejection = rejectionOf(policy.run(operation))
    await clock.advance(800)
    await rejection
    const next = policy.run(operation)
    await clock.advance(200)

    expect(await next).toBe('next')
    expect(slots.active).toBe(0)
  })

  it('takes the slot back in the end from work that hangs', async () => {
    const { clock, slots, policy } = limited()
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(() => new Promise(() => {})))
    await clock.advance(800)
    await rejection
    await clock.advance(59_999)
    const before = slots.active
    await clock.advance(1)

    expect([before, slots.active]).toEqual([1, 0])
    expect(recording.types).toContain('bulkhead.reclaimed')
  })
})
