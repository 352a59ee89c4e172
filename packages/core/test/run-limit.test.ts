import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { passing } from './layers.ts'

const down = new Error('down')

describe('run with timeoutMs', () => {
  it('rejects with a TimeoutError that names the policy when the limit passes', async () => {
    const clock = virtualClock()

    const answer = passing({ name: 'users', clock }).run(() => new Promise(() => {}), { timeoutMs: 800 })
    void clock.advance(800)

    await expect(answer).rejects.toMatchObject({
      code: 'ERR_HOLDFAST_TIMEOUT',
      message: 'users: no answer within 800 ms',
      policy: 'users',
      timeoutMs: 800,
    })
  })

  it('aborts the signal of the call with that same error', async () => {
    const clock = virtualClock()
    const signals: AbortSignal[] = []

    const answer = passing({ clock }).run(
      ({ signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      },
      { timeoutMs: 800 },
    )
    void clock.advance(800)
    const error: unknown = await answer.catch((reason: unknown) => reason)

    expect(signals[0]?.aborted).toBe(true)
    expect(signals[0]?.reason).toBe(error)
  })

  it('answers with what comes just before the limit', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves('up', { afterMs: 799 })], { clock })

    const answer = passing({ clock }).run(operation, { timeoutMs: 800 })
    await clock.advance(799)

    await expect(answer).resolves.toBe('up')
  })

  it('leaves no timer when the operation answers', async () => {
    const clock = virtualClock()

    await passing({ clock }).run(() => 'up', { timeoutMs: 800 })

    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves no timer when the operation fails', async () => {
    const clock = virtualClock()

    const answer = passing({ clock }).run(() => Promise.reject(down), { timeoutMs: 800 })

    await expect(answer).rejects.toBe(down)
    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves no timer when the caller aborts', async () => {
    const clock = virtualClock()
    const controller = new AbortController()

    const answer = passing({ clock }).run(() => new Promise(() => {}), { timeoutMs: 800, signal: controller.signal })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(clock.pendingTimers).toBe(0)
  })

  it('sets no timer when the caller has aborted before', async () => {
    const clock = virtualClock()

    const answer = passing({ clock }).run(() => 'up', { timeoutMs: 800, signal: AbortSignal.abort('enough') })

    expect(clock.pendingTimers).toBe(0)
    await expect(answer).rejects.toBe('enough')
  })

  it.each([Infinity, 2 ** 31, Number.MAX_VALUE])('takes %d ms for no limit', async timeoutMs => {
    const clock = virtualClock()

    const deadlineMs = passing({ clock }).run(call => call.deadlineMs, { timeoutMs })

    expect(clock.pendingTimers).toBe(0)
    await expect(deadlineMs).resolves.toBe(Infinity)
  })

  it('takes 2^31-1 ms for a limit of 24 days', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()

    const deadlineMs = passing({ clock }).run(call => call.deadlineMs, { timeoutMs: 2 ** 31 - 1 })

    expect(clock.pendingTimers).toBe(1)
    await expect(deadlineMs).resolves.toBe(startMs + 2 ** 31 - 1)
  })
})
