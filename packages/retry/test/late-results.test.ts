import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 1_000, jitter: 'none' })

describe('retry', () => {
  it('hands a result to discard when handlesResult aborts the run', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const discarded: string[] = []
    const policy = retry({
      clock,
      backoff,
      handlesResult: () => {
        controller.abort(reason)
        return true
      },
    })

    const rejection = await rejectionOf(
      policy.run(scripted([resolves('connection')], { clock }), {
        signal: controller.signal,
        discard: value => discarded.push(value),
      }),
    )
    await clock.settle()

    expect(rejection).toBe(reason)
    expect(discarded).toEqual(['connection'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('asks no predicate about a result that nobody waits for', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const asked: unknown[] = []
    const policy = retry({ clock, backoff, handlesResult: result => asked.push(result) > 0 })
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    controller.abort()
    await rejection
    await clock.runAll()

    expect(asked).toEqual([])
    expect(operation.calls).toHaveLength(1)
  })

  it('tells of no success that its caller did not get', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const policy = retry({ clock, backoff })
    const recording = record(policy)
    const late = resolves('late', { afterMs: 500, isDeaf: true })

    const rejection = rejectionOf(
      policy.run(scripted([rejects(new Error('reset')), late], { clock }), { signal: controller.signal }),
    )
    await clock.advance(1_000)
    controller.abort()
    await rejection
    await clock.runAll()

    expect(recording.types).toEqual(['retry.scheduled'])
  })

  it('hands a result that nobody waits for to discard, once', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const discarded: string[] = []
    const operation = scripted([rejects(new Error('reset')), resolves('late', { afterMs: 500, isDeaf: true })], {
      clock,
    })

    const rejection = rejectionOf(
      retry({ clock, backoff }).run(operation, {
        signal: controller.signal,
        discard: value => discarded.push(value),
      }),
    )
    await clock.advance(1_000)
    controller.abort()
    await rejection
    await clock.runAll()

    expect(discarded).toEqual(['late'])
  })
})
