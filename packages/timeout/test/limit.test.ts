import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, rejects, resolves, returns, scripted, throws, virtualClock } from '@holdfast/testing'
import { TimeoutError, timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

const late = { isDeaf: true }

describe('timeout', () => {
  it('answers with the result that comes in time', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves('product', { afterMs: 799 })], { clock })

    const answer = timeout({ clock, timeoutMs: 800 }).run(operation)
    await clock.advance(799)

    expect(await answer).toBe('product')
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([800, 801])('rejects at 800 ms where the operation takes %i ms', async afterMs => {
    const clock = virtualClock()
    const operation = scripted([resolves('product', { afterMs, ...late })], { clock })

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800, name: 'attempt' }).run(operation))
    await clock.advance(800)

    const error = await rejection
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'attempt', timeoutMs: 800 })
    expect((error as Error).message).toBe('attempt: no answer within 800 ms')
  })

  it.each([undefined, 'attempt'])('tells in the error what it was for: %s', async phase => {
    const clock = virtualClock()

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800, phase }).run(scripted([hangs()], { clock })))
    const atOnce = rejectionOf(timeout({ clock, timeoutMs: () => 0, phase }).run(scripted([hangs()], { clock })))
    await clock.advance(800)

    expect([await rejection, await atOnce]).toEqual([
      expect.objectContaining({ phase }),
      expect.objectContaining({ phase }),
    ])
  })

  it('has not rejected a millisecond before the limit', async () => {
    const clock = virtualClock()
    const ends: unknown[] = []

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800 }).run(scripted([hangs()], { clock })))
    void rejection.then(error => ends.push(error))
    await clock.advance(799)
    const before = ends.length
    await clock.advance(1)

    expect([before, ends.length]).toEqual([0, 1])
  })

  it('rejects at its limit although the operation is deaf to its signal', async () => {
    const clock = virtualClock()
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800 }).run(operation))
    await clock.advance(800)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(operation.running).toBe(1)
  })

  it('gives a signal that is read after the limit the same reason', async () => {
    const clock = virtualClock()
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = rejectionOf(timeout({ clock, timeoutMs: 800 }).run(operation))
    await clock.advance(800)

    const signal = operation.calls[0]?.call.signal
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toBe(await rejection)
  })

  it('never aborts the signal of an operation that came in time', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves('product', { afterMs: 10 })], { clock })

    const answer = timeout({ clock, timeoutMs: 800 }).run(operation)
    await clock.advance(10_000)
    await answer

    expect(operation.calls[0]?.call.signal.aborted).toBe(false)
  })

  it('answers with the value of an operation that settles in the tick of the limit, before it', async () => {
    const clock = virtualClock()
    const arrival = new Promise<string>(resolve => {
      clock.setTimeout(() => resolve('just in time'), 800)
    })

    const answer = timeout({ clock, timeoutMs: 800 }).run(() => arrival)
    await clock.advance(800)

    expect(await answer).toBe('just in time')
    expect(clock.pendingTimers).toBe(0)
  })

  it('passes plain values and synchronous throws on', async () => {
    const clock = virtualClock()
    const error = new Error('at once')
    const policy = timeout({ clock, timeoutMs: 800 })

    expect(await policy.run(scripted([returns('plain')], { clock }))).toBe('plain')
    expect(await rejectionOf(policy.run(scripted([throws(error)], { clock })))).toBe(error)
  })

  it('passes an error of the operation on by identity, frozen as it may be', async () => {
    const clock = virtualClock()
    const error = Object.freeze(new Error('reset'))

    const rejection = await rejectionOf(timeout({ clock, timeoutMs: 800 }).run(scripted([rejects(error)], { clock })))

    expect(rejection).toBe(error)
  })

  it('gives each call a limit of its own: one timeout aborts one call', async () => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800 })
    const first = scripted([hangs()], { clock })
    const second = scripted([resolves('product', { afterMs: 700 })], { clock })

    const rejection = rejectionOf(policy.run(first))
    await clock.advance(400)
    const answer = policy.run(second)
    await clock.advance(700)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(await answer).toBe('product')
  })

  it('lets calls pass without a limit while it is not enabled', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves('late', { afterMs: 5_000 })], { clock })

    const answer = timeout({ clock, timeoutMs: 800, enabled: () => false }).run(operation)
    await clock.advance(5_000)

    expect(await answer).toBe('late')
  })
})
