import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { placements } from './placements.ts'

const reason = new Error('user left')

/** What a policy did besides letting the call in. */
const deeds = (types: readonly string[]): string[] => types.filter(type => type !== 'bulkhead.acquired')

describe.each(placements)('an abort from outside, through $title', ({ make }) => {
  it('before the run never calls the operation', async () => {
    const clock = virtualClock()
    const policy = make(clock)
    const recording = record(policy)
    const operation = scripted([], { clock })

    const rejection = await rejectionOf(policy.run(operation, { signal: AbortSignal.abort(reason) }))

    expect(rejection).toBe(reason)
    expect(operation.calls).toHaveLength(0)
    expect(recording.types).toEqual([])
  })

  it.each([false, true])('rejects at once with the reason of the caller; deaf operation: %s', async isDeaf => {
    const clock = virtualClock()
    const controller = new AbortController()
    const operation = scripted([hangs({ isDeaf })], { clock })

    const rejection = rejectionOf(make(clock).run(operation, { signal: controller.signal }))
    await clock.advance(500)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(operation.calls[0]?.call.signal.reason).toBe(reason)
  })

  it('is neither retried nor answered nor counted', async () => {
    const clock = virtualClock()
    const policy = make(clock)
    const recording = record(policy)
    const operation = scripted([hangs(), hangs(), hangs(), resolves('product')], { clock })

    for (let run = 0; run < 3; run++) {
      const controller = new AbortController()
      const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
      controller.abort(reason)
      await rejection
      await clock.settle()
    }
    const answer = await policy.run(operation)

    expect(answer).toBe('product')
    expect(operation.calls).toHaveLength(4)
    expect(deeds(recording.types)).toEqual([])
  })

  it('by the limit of run is a timeout of run, and neither retried nor answered nor counted', async () => {
    const clock = virtualClock()
    const policy = make(clock)
    const recording = record(policy)
    const operation = scripted([hangs(), hangs(), hangs(), resolves('product')], { clock })

    const expected = { code: 'ERR_HOLDFAST_TIMEOUT', policy: policy.name, timeoutMs: 300 }
    const rejections: unknown[] = []
    for (let run = 0; run < 3; run++) {
      const rejection = rejectionOf(policy.run(operation, { timeoutMs: 300 }))
      await clock.advance(300)
      rejections.push(await rejection)
    }
    const answer = await policy.run(operation)

    expect(answer).toBe('product')
    for (const rejection of rejections) expect(rejection).toMatchObject(expected)
    expect(deeds(recording.types)).toEqual([])
  })

  it('during a run inside another is that of the outer one', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const [outer, inner] = [make(clock), make(clock)]
    const recording = record(inner)
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(outer.run(call => inner.run(operation, call), { signal: controller.signal }))
    await clock.advance(500)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(operation.calls[0]?.call.signal.reason).toBe(reason)
    expect(deeds(recording.types)).toEqual([])
  })
})
