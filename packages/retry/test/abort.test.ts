import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { hangs, record, rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 1_000, jitter: 'none' })

describe('retry', () => {
  it('never calls the operation when aborted before', async () => {
    const clock = virtualClock()
    const reason = new Error('user left')
    const operation = failing(clock, errors(1))

    const rejection = await rejectionOf(retry({ clock, backoff }).run(operation, { signal: AbortSignal.abort(reason) }))

    expect(rejection).toBe(reason)
    expect(operation.calls).toHaveLength(0)
  })

  it('rejects at once when aborted during an attempt, and does not retry the abort', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const policy = retry({ clock, backoff })
    const recording = record(policy)
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    await clock.runAll()
    expect(operation.calls).toHaveLength(1)
    expect(operation.running).toBe(0)
    expect(recording.types).toEqual([])
  })

  it('rejects at once when aborted during an attempt that is deaf', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const operation = scripted([rejects(new Error('reset'), { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { signal: controller.signal }))
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    await clock.runAll()
    expect(operation.calls).toHaveLength(1)
  })

  it('rejects at once when aborted during a later attempt', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const operation = scripted([rejects(new Error('reset')), hangs()], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { signal: controller.signal }))
    await clock.advance(1_000)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(operation.calls[1]?.call.signal.reason).toBe(reason)
    expect(operation.running).toBe(0)
  })

  it('rejects at once when the call around it is aborted during the backoff', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const inner = retry({ clock, backoff })
    const operation = failing(clock, errors(1))

    const rejection = rejectionOf(
      retry({ clock, backoff }).run(call => inner.run(operation, call), { signal: controller.signal }),
    )
    await clock.advance(400)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends the backoff when a listener aborts on the news of it', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const policy = retry({ clock, backoff })
    policy.subscribe(() => controller.abort(reason))

    const rejection = await rejectionOf(policy.run(failing(clock, errors(1)), { signal: controller.signal }))

    expect(rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it.each(['handles', 'delayFor', 'backoff'] as const)(
    'neither waits nor prepares when %s aborts the run',
    async which => {
      const clock = virtualClock()
      const controller = new AbortController()
      const reason = new Error('enough')
      const prepared: unknown[] = []
      const aborting = { handles: () => true, delayFor: () => 1_000, backoff: () => 1_000 }
      const policy = retry({
        clock,
        backoff,
        beforeRetry: failed => prepared.push(failed),
        [which]: () => {
          controller.abort(reason)
          return aborting[which]()
        },
      })
      const operation = failing(clock, errors(1))

      const rejection = await rejectionOf(policy.run(operation, { signal: controller.signal }))
      const timersLeft = clock.pendingTimers
      await clock.runAll()

      expect(rejection).toBe(reason)
      expect({ timersLeft, prepared: prepared.length, calls: operation.calls.length }).toEqual({
        timersLeft: 0,
        prepared: 0,
        calls: 1,
      })
    },
  )

  it.each([1, 2])('ends when the operation itself aborts the run in attempt %i', async attempt => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const seen: number[] = []

    const rejection = rejectionOf(
      retry({ clock, backoff }).run(
        call => {
          seen.push(call.attempt)
          if (call.attempt === attempt) controller.abort(reason)
          throw new Error('reset')
        },
        { signal: controller.signal },
      ),
    )
    await clock.advance(1_000)

    expect(await rejection).toBe(reason)
    expect(seen).toHaveLength(attempt)
    expect(clock.pendingTimers).toBe(0)
  })

  it('asks no predicate about the error of an operation that was aborted', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const asked: unknown[] = []
    const policy = retry({ clock, backoff, handles: ({ error }) => asked.push(error) > 0 })

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock }), { signal: controller.signal }))
    controller.abort()
    await rejection
    await clock.settle()

    expect(asked).toEqual([])
  })
})
