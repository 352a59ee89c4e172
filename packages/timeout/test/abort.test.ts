import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

describe('timeout', () => {
  it('never calls the operation when aborted before', async () => {
    const clock = virtualClock()
    const reason = new Error('user left')
    const operation = scripted([], { clock })

    const rejection = await rejectionOf(
      timeout({ clock, timeoutMs: 800 }).run(operation, { signal: AbortSignal.abort(reason) }),
    )

    expect(rejection).toBe(reason)
    expect(operation.calls).toHaveLength(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('rejects at once when aborted, although the operation is deaf, and clears its timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')

    const rejection = rejectionOf(
      timeout({ clock, timeoutMs: 800 }).run(scripted([hangs({ isDeaf: true })], { clock }), {
        signal: controller.signal,
      }),
    )
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it('keeps its own error when the caller aborts after the limit', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800 }).run(operation, { signal: controller.signal }))
    await clock.advance(800)
    controller.abort(new Error('user left'))

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(operation.calls[0]?.call.signal.reason).toBe(await rejection)
  })

  it('tells of nothing late when the caller had aborted', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const policy = timeout({ clock, timeoutMs: 800 })
    const recording = record(policy)
    const operation = scripted([rejects(new Error('late'), { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    controller.abort()
    await rejection
    await clock.runAll()

    expect(recording.types).toEqual([])
  })

  it('rejects with the reason of the caller when the operation itself aborts', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('from within')

    const rejection = await rejectionOf(
      timeout({ clock, timeoutMs: 800 }).run(
        () => {
          controller.abort(reason)
          return 'too late'
        },
        { signal: controller.signal },
      ),
    )

    expect(rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it('hands a value that arrives after the abort to discard, once', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const discarded: string[] = []
    const operation = scripted([resolves('connection', { afterMs: 500, isDeaf: true })], { clock })

    const rejection = rejectionOf(
      timeout({ clock, timeoutMs: 800 }).run(operation, {
        signal: controller.signal,
        discard: value => discarded.push(value),
      }),
    )
    controller.abort()
    await rejection
    await clock.runAll()

    expect(discarded).toEqual(['connection'])
  })
})
