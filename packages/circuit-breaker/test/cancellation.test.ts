import { isHoldfastError, pipeline } from '@holdfast/core'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { cutting } from '@holdfast/fixtures/cutting'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe.each(placements)('circuit breaker, cancelled, $place', ({ put }) => {
  it('never calls the operation when the signal has aborted already', async () => {
    const clock = virtualClock()
    const reason = new Error('enough')
    const operation = scripted<string>([], { clock })

    const rejection = await rejectionOf(
      put(brittle(clock), clock).run(operation, { signal: AbortSignal.abort(reason) }),
    )

    expect(rejection).toBe(reason)
    expect(operation.calls).toEqual([])
  })

  it('rejects at once with the reason of the caller, and counts nothing', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const reason = { why: 'enough' }
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(put(breaker, clock).run(operation, { signal: controller.signal }))
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(breaker.state).toBe('closed')
  })

  it('counts nothing when the caller set a limit that passes', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)

    const rejection = rejectionOf(put(breaker, clock).run(scripted([hangs()], { clock }), { timeoutMs: 800 }))
    await clock.advance(800)

    expect(isHoldfastError(await rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(true)
    expect(breaker.state).toBe('closed')
  })

  it('counts nothing of what the work brings after the abort', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const operation = scripted([rejects(new Error('late'), { afterMs: 50, isDeaf: true })], { clock })

    const unhandled = await unhandledRejectionsOf(async () => {
      const rejection = rejectionOf(put(breaker, clock).run(operation, { signal: controller.signal }))
      controller.abort(new Error('enough'))
      await rejection
      await clock.advance(50)
    })

    expect(unhandled).toEqual([])
    expect(breaker.state).toBe('closed')
  })

  it('counts nothing when a hedge further out has another winner, however long the call had', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = pipeline(cutting({ limitMs: 800, origin: 'loser', clock }), put(breaker, clock))

    const rejection = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(800)
    await rejection

    expect(breaker.state).toBe('closed')
  })

  it('leaves no listener on the signal of the caller, and no timer', async () => {
    const clock = virtualClock()
    const policy = put(brittle(clock), clock)
    const { signal } = new AbortController()
    const operation = scripted([resolves('ok'), rejects(new Error('down'))], { clock })

    for (let call = 0; call < 3; call++) await policy.run(operation, { signal, timeoutMs: 800 }).catch(() => {})

    expect(abortListeners(signal)).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('circuit breaker, half-open, cancelled', () => {
  it('frees the place of the probe at once, and stays half-open', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    await fail(breaker)
    await clock.advance(1_000)

    const probe = begin(breaker, { signal: controller.signal })
    controller.abort(new Error('enough'))
    const between = breaker.state
    const next = breaker.tryAcquire()

    expect(between).toBe('halfOpen')
    expect(next).toBeDefined()
    next?.ignore()
    await probe.succeed()
  })

  it('does not close when a cancelled probe succeeds late', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    await fail(breaker)
    await clock.advance(1_000)

    const probe = begin(breaker, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await probe.succeed()

    expect(breaker.state).toBe('halfOpen')
  })

  it('lets the next probe decide', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const recording = record(breaker)
    await fail(breaker)
    await clock.advance(1_000)
    void begin(breaker, { signal: controller.signal })
    controller.abort(new Error('enough'))

    await succeed(breaker)

    expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.closed'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('ignores a probe inside the operation of a call that is cancelled', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const outer = pipeline({ clock })
    const controller = new AbortController()
    await fail(breaker)
    await clock.advance(1_000)

    const operation = scripted([hangs()], { clock })
    const rejection = rejectionOf(outer.run(call => breaker.run(operation, call), { signal: controller.signal }))
    controller.abort(new Error('enough'))
    await rejection
    await succeed(breaker)

    expect(breaker.state).toBe('closed')
  })
})
