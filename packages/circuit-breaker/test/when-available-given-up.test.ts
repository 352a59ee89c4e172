import { isHoldfastError } from '@holdfast/core'
import type { KernelCall } from '@holdfast/core/kernel'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { tapping } from '@holdfast/fixtures/tapping'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'
import { resolutionOf } from './resolution.ts'

describe('whenAvailable of a circuit breaker', () => {
  it('rejects at once with the reason of the signal, and leaves nothing behind', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const reason = new Error('enough')
    await fail(breaker)

    const rejection = rejectionOf(breaker.whenAvailable({ signal: controller.signal }))
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(abortListeners(controller.signal)).toBe(0)
  })

  it('rejects at once when the lever of the breaker aborts the signal, and leaves nothing behind', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const enabled = (): boolean => {
      controller.abort(reason)
      return true
    }
    const breaker = brittle(clock, { enabled })
    breaker.record('failure')

    const rejection = await rejectionOf(breaker.whenAvailable({ signal: controller.signal }))

    expect(rejection).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves no work behind in the call that it belongs to', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const calls: KernelCall[] = []
    const outer = tapping(call => calls.push(call), clock)
    await fail(breaker)

    const rejection = rejectionOf(outer.run(call => breaker.whenAvailable(call), { signal: controller.signal }))
    controller.abort(new Error('enough'))
    await rejection
    await clock.settle()

    expect(calls.map(({ hasAbandonedWork }) => hasAbandonedWork)).toEqual([false])
  })

  it('leaves the others waiting when one of them is aborted', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    await fail(breaker)

    const resolution = resolutionOf(breaker.whenAvailable())
    const rejection = rejectionOf(breaker.whenAvailable({ signal: controller.signal }))
    controller.abort(new Error('enough'))
    await Promise.all([rejection, clock.advance(1_000)])

    expect(resolution.isThere).toBe(true)
  })

  it('rejects with the reason of a signal that has aborted already', async () => {
    const reason = new Error('enough')

    const rejection = await rejectionOf(brittle(virtualClock()).whenAvailable({ signal: AbortSignal.abort(reason) }))

    expect(rejection).toBe(reason)
  })

  it('leaves no listener on the signal when it resolves', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const { signal } = new AbortController()
    await fail(breaker)

    const available = breaker.whenAvailable({ signal })
    await clock.advance(1_000)
    await available

    expect(abortListeners(signal)).toBe(0)
  })

  it('rejects with a TimeoutError when its limit passes first', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    await fail(breaker)

    const rejection = rejectionOf(breaker.whenAvailable({ timeoutMs: 100 }))
    await clock.advance(100)

    expect(isHoldfastError(await rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })
})
