import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { bulkhead, constant, pipeline, retry, timeout } from 'holdfast'
import { describe, expect, it } from 'vitest'

describe('bulkhead › a slot that was taken back', () => {
  it('is told of once, though its run ends later, and leaves work of an attempt behind', async () => {
    const clock = virtualClock()
    const slots = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 10 })
    const backoff = constant({ delayMs: 1, jitter: 'none' })
    const policy = pipeline(slots, retry({ clock, backoff }), timeout({ clock, timeoutMs: 5 }))
    const operation = scripted(
      [resolves('first', { afterMs: 100, isDeaf: true }), resolves('second', { afterMs: 50, isDeaf: true })],
      { clock },
    )
    const recording = record(slots)
    const caller = new AbortController()

    const rejection = rejectionOf(policy.run(operation, { signal: caller.signal }))
    await clock.advance(8)
    caller.abort()
    await rejection
    await clock.runAll()

    expect(operation.calls).toHaveLength(2)
    expect(recording.types).toEqual(['bulkhead.acquired', 'bulkhead.reclaimed'])
  })
})
