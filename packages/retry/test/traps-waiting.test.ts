import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { record, rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 1_000, jitter: 'none' })

describe('traps of retry: an abort during the backoff', () => {
  it('neither waits the delay out nor calls again', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const operation = failing(clock, errors(1))

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { signal: controller.signal }))
    await clock.advance(400)
    const waiting = clock.pendingTimers
    controller.abort(reason)
    const rejectedWith = await rejection
    const timersLeft = clock.pendingTimers
    await clock.advance(60_000)

    expect(rejectedWith).toBe(reason)
    expect({ waiting, timersLeft, calls: operation.calls.length }).toEqual({ waiting: 1, timersLeft: 0, calls: 1 })
  })

  it('gives the reason of the caller although it is undefined', async () => {
    const clock = virtualClock()
    const signal = Object.assign(new EventTarget(), { aborted: false, reason: undefined }) as unknown as AbortSignal

    const rejection = rejectionOf(retry({ clock, backoff }).run(failing(clock, errors(1)), { signal }))
    await clock.settle()
    signal.dispatchEvent(new Event('abort'))

    expect(await rejection).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('traps of retry: a total time', () => {
  it('is not checked between attempts only: an attempt that hangs is cut short by it', async () => {
    const clock = virtualClock()
    const operation = scripted([rejects(new Error('late'), { afterMs: 60_000, isDeaf: true })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { timeoutMs: 500 }))
    await clock.advance(500)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 500 })
  })

  it('counts the time that attempts take: a wait that would end at it is not begun', async () => {
    const clock = virtualClock()
    const error = new Error('slow, then reset')
    const operation = scripted([rejects(error, { afterMs: 250 })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { timeoutMs: 1_250 }))
    await clock.advance(250)

    expect(await rejection).toBe(error)
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([5_000, 5_001, 2 ** 31 - 1, 2 ** 31, Infinity])(
    'of 5 s is not slept beyond for a Retry-After of %i ms',
    async retryAfterMs => {
      const clock = virtualClock()
      const [busy] = errors(1)
      const policy = retry({ clock, backoff, delayFor: () => retryAfterMs })
      const recording = record(policy)

      const rejection = await rejectionOf(policy.run(failing(clock, [busy]), { timeoutMs: 5_000 }))

      expect(rejection).toBe(busy)
      expect(recording.types).toEqual(['retry.exhausted'])
      expect(clock.pendingTimers).toBe(0)
    },
  )
})
