import { fallback } from '@holdfast/fallback'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const reason = new Error('user left')

describe('fallback', () => {
  it('neither calls the operation nor answers when aborted before', async () => {
    const clock = virtualClock()
    let asked = 0
    const operation = scripted([], { clock })

    const rejection = await rejectionOf(
      fallback({ clock, to: () => asked++ }).run(operation, { signal: AbortSignal.abort(reason) }),
    )

    expect(rejection).toBe(reason)
    expect({ asked, calls: operation.calls.length }).toEqual({ asked: 0, calls: 0 })
  })

  it('never answers an abort from outside, and asks nobody about it', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const asked: string[] = []
    const policy = fallback({ clock, to: () => asked.push('to'), handles: () => asked.push('handles') > 0 })
    const recording = record(policy)

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock }), { signal: controller.signal }))
    controller.abort(reason)
    await clock.settle()

    expect(await rejection).toBe(reason)
    expect(asked).toEqual([])
    expect(recording.types).toEqual([])
  })

  it('never answers the limit that was given to run', async () => {
    const clock = virtualClock()
    let asked = 0
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(fallback({ clock, to: () => asked++ }).run(operation, { timeoutMs: 800 }))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 800 })
    expect(asked).toBe(0)
  })

  it('asks nobody about a result that came after the abort', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const asked: string[] = []
    const policy = fallback({
      clock,
      to: () => asked.push('to'),
      handlesResult: () => asked.push('handlesResult') > 0,
    })
    const operation = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    controller.abort(reason)
    await clock.runAll()

    expect(await rejection).toBe(reason)
    expect(asked).toEqual([])
  })

  it('rejects at once when aborted while it makes its answer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const second = scripted([hangs({ isDeaf: true })], { clock })
    const policy = fallback({ clock, to: ({ call }) => second(call) })

    const rejection = rejectionOf(
      policy.run(scripted([rejects(new Error('reset'))], { clock }), { signal: controller.signal }),
    )
    await clock.settle()
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(second.calls[0]?.call.signal.reason).toBe(reason)
  })

  it.each([
    resolves('late', { afterMs: 500, isDeaf: true }),
    rejects(new Error('late'), { afterMs: 500, isDeaf: true }),
  ])('tells of no answer that its caller did not get: %o', async step => {
    const clock = virtualClock()
    const controller = new AbortController()
    const second = scripted([step], { clock })
    const policy = fallback({ clock, to: ({ call }) => second(call) })
    const recording = record(policy)

    const rejection = rejectionOf(
      policy.run(scripted([rejects(new Error('reset'))], { clock }), { signal: controller.signal }),
    )
    await clock.settle()
    controller.abort(reason)
    await clock.runAll()

    expect(await rejection).toBe(reason)
    expect(recording.types).toEqual([])
  })

  it('hands an answer that its caller did not get to discard', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const discarded: unknown[] = []
    const second = scripted([resolves('late', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(
      fallback({ clock, to: ({ call }) => second(call) }).run(scripted([rejects(new Error('reset'))], { clock }), {
        signal: controller.signal,
        discard: late => discarded.push(late),
      }),
    )
    await clock.settle()
    controller.abort(reason)
    await clock.runAll()

    await rejection
    expect(discarded).toEqual(['late'])
  })
})
