import { bulkhead } from '@holdfast/bulkhead'
import { pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { again } from '@holdfast/fixtures/layer'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { expect, it } from 'vitest'

it('a slot that was taken back is told of once, though its run ends later and leaves work behind', async () => {
  const clock = virtualClock()
  const slots = bulkhead({ clock, maxConcurrent: 1, reclaimMs: 10 })
  const policy = pipeline(slots, again(clock), cutting({ clock, limitMs: 5 }))
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
