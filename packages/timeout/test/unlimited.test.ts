import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

const week = 7 * 24 * 3_600_000

describe('timeout', () => {
  it.each([Infinity, 2 ** 31, Number.MAX_VALUE])(
    'of %s ms is no limit: it does not fire after 1 ms',
    async timeoutMs => {
      const clock = virtualClock()
      const operation = scripted([resolves('product', { afterMs: week })], { clock })

      const answer = timeout({ clock, timeoutMs }).run(operation)
      await clock.advance(week)

      expect(await answer).toBe('product')
      expect(operation.calls[0]?.call.deadlineMs).toBe(Infinity)
    },
  )

  it.each([Infinity, 2 ** 31])('that is said to be %s ms by a function is no limit', async said => {
    const clock = virtualClock()
    const operation = scripted([resolves('product', { afterMs: week })], { clock })

    const answer = timeout({ clock, timeoutMs: () => said }).run(operation)
    await clock.advance(week)

    expect(await answer).toBe('product')
    expect(operation.calls[0]?.call.deadlineMs).toBe(Infinity)
  })

  it('of 2^31−1 ms is the longest that there is', async () => {
    const clock = virtualClock()
    const timeoutMs = 2 ** 31 - 1

    const rejection = rejectionOf(timeout({ clock, timeoutMs }).run(() => new Promise(() => {})))
    await clock.advance(timeoutMs)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs })
  })

  it('sets no timer where there is no limit', async () => {
    const clock = virtualClock()
    const timers: number[] = []

    await timeout({ clock, timeoutMs: Infinity }).run(() => void timers.push(clock.pendingTimers))

    expect(timers).toEqual([0])
  })
})
