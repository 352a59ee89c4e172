import { pipeline } from '@holdfast/core'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

const week = 7 * 24 * 3_600_000

describe('traps of timeout: a limit that no timer can hold', () => {
  it.each([Infinity, 2 ** 31, Number.MAX_VALUE])('of %s ms is no limit, and does not fire after 1 ms', async ms => {
    const clock = virtualClock()
    const policy = pipeline(timeout({ clock, timeoutMs: ms }), timeout({ clock, timeoutMs: () => ms }))
    const operation = scripted([resolves('product', { afterMs: week })], { clock })

    const answer = policy.run(operation, { timeoutMs: ms })
    await clock.settle()
    const timers = clock.pendingTimers
    await clock.advance(week)

    expect(await answer).toBe('product')
    expect({ timers, deadlineMs: operation.calls[0]?.call.deadlineMs }).toEqual({ timers: 1, deadlineMs: Infinity })
  })

  it('is told from the longest one that a timer holds, which fires in time', async () => {
    const clock = virtualClock()
    const timeoutMs = 2 ** 31 - 1

    const settled: string[] = []
    const rejection = rejectionOf(timeout({ clock, timeoutMs }).run(() => new Promise(() => {})))
    void rejection.then(() => settled.push('rejected'))
    await clock.advance(timeoutMs - 1)
    const before = [...settled]
    await clock.advance(1)

    expect([before, settled]).toEqual([[], ['rejected']])
    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs })
  })
})

describe('traps of timeout: the abort of the caller', () => {
  it('is not reported as a timeout: the very reason rejects the run and aborts the signal', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const policy = timeout({ clock, timeoutMs: 800 })
    const recording = record(policy)
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(400)
    controller.abort(reason)
    await clock.advance(400)

    expect(await rejection).toBe(reason)
    expect(operation.calls[0]?.call.signal.reason).toBe(reason)
    expect(recording.types).toEqual([])
  })

  it('in the tick of the limit, before it, is still that of the caller', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    clock.setTimeout(() => controller.abort(reason), 800)

    const rejection = rejectionOf(
      timeout({ clock, timeoutMs: 800 }).run(scripted([hangs()], { clock }), { signal: controller.signal }),
    )
    await clock.advance(800)

    expect(await rejection).toBe(reason)
  })
})

describe('traps of timeout: the reason of the signal', () => {
  it('is the timeout itself, no bare AbortError', async () => {
    const clock = virtualClock()
    const operation = scripted([hangs()], { clock })

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800, name: 'catalogue' }).run(operation))
    await clock.advance(800)

    const reason: unknown = operation.calls[0]?.call.signal.reason
    expect(reason).toBe(await rejection)
    expect(reason).toMatchObject({ name: 'TimeoutError', code: 'ERR_HOLDFAST_TIMEOUT', policy: 'catalogue' })
  })
})

describe('traps of timeout: the signal of the caller', () => {
  it('has one listener during each call, however many limits, and none after', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()
    const policy = pipeline(timeout({ clock, timeoutMs: 3_000 }), timeout({ clock, timeoutMs: 800 }))
    const during: number[] = []
    const work = [resolves('product'), rejects(new Error('reset')), hangs()]

    for (let call = 0; call < 99; call++) {
      const operation = scripted(work.slice(call % 3), { clock })
      const end = policy.run(operation, { signal }).catch(() => 'rejected')
      during.push(abortListeners(signal))
      await clock.advance(800)
      await end
    }

    expect(new Set(during)).toEqual(new Set([1]))
    expect(abortListeners(signal)).toBe(0)
  })
})

describe('traps of timeout: work that was given up on', () => {
  it.each([
    ['one limit', [800]],
    ['the outer one of two limits', [500, 800]],
    ['the inner one of two limits', [800, 500]],
    ['two limits at once', [500, 500]],
  ])('rejects late, and leaves nothing unhandled: %s', async (_, limits) => {
    const clock = virtualClock()
    const policy = pipeline(...limits.map(timeoutMs => timeout({ clock, timeoutMs })))
    const operation = scripted([rejects(new Error('late'), { afterMs: 2_000, isDeaf: true })], { clock })

    const unhandled = await unhandledRejectionsOf(async () => {
      const rejection = rejectionOf(policy.run(operation))
      await clock.runAll()
      await rejection
    })

    expect(operation.running).toBe(0)
    expect(unhandled).toEqual([])
  })
})
