import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

describe('a timeout whose limit is a function', () => {
  it('asks it for the limit of each call', async () => {
    const clock = virtualClock()
    const policy = timeout({
      clock,
      timeoutMs: ({ context }) => (context as { patienceMs?: number }).patienceMs ?? 100,
    })

    const patient = rejectionOf(policy.run(scripted([hangs()], { clock }), { context: { patienceMs: 300 } }))
    const hasty = rejectionOf(policy.run(scripted([hangs()], { clock })))
    await clock.advance(300)

    expect(await patient).toMatchObject({ timeoutMs: 300 })
    expect(await hasty).toMatchObject({ timeoutMs: 100 })
  })

  it('answers with the result that comes in time', async () => {
    const clock = virtualClock()

    const answer = timeout({ clock, timeoutMs: () => 100 }).run(
      scripted([resolves('product', { afterMs: 99 })], { clock }),
    )
    await clock.advance(99)

    expect(await answer).toBe('product')
  })

  it.each([0, -0, -5, -Infinity])('ends a call that has %s ms left without calling the operation', async said => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: () => said, name: 'attempt' })
    const recording = record(policy)
    const operation = scripted([], { clock })

    const rejection = await rejectionOf(policy.run(operation))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'attempt', timeoutMs: 0 })
    expect(operation.calls).toHaveLength(0)
    expect(
      recording.events.map(({ type, ...facts }) => ('timeoutMs' in facts ? [type, facts.timeoutMs] : type)),
    ).toEqual([['timeout.expired', 0]])
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends such a call although nobody listens', async () => {
    const clock = virtualClock()

    const rejection = await rejectionOf(timeout({ clock, timeoutMs: () => 0 }).run(scripted([], { clock })))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
  })

  it('rejects with a RangeError where it says NaN', async () => {
    const clock = virtualClock()
    const operation = scripted([], { clock })
    const policy = timeout({ clock, timeoutMs: () => Number.NaN, name: 'attempt' })

    const rejection = await rejectionOf(policy.run(operation))

    expect(rejection).toEqual(new RangeError('attempt: timeoutMs must return a number of milliseconds, got NaN'))
    expect(operation.calls).toHaveLength(0)
  })

  it.each([
    ['100', '"100"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Promise.resolve(100), 'an object'],
  ])('rejects with a TypeError where it says %s', async (said, shown) => {
    const clock = virtualClock()
    const operation = scripted([], { clock })

    const rejection = await rejectionOf(timeout({ clock, timeoutMs: () => said as unknown as number }).run(operation))

    expect(rejection).toEqual(new TypeError(`timeout: timeoutMs must return a number of milliseconds, got ${shown}`))
    expect(operation.calls).toHaveLength(0)
  })

  it('leaves no rejection unhandled of a promise that it says', async () => {
    const clock = virtualClock()
    const timeoutMs = (): number => Promise.reject(new Error('no limit today')) as unknown as number

    const unhandled = await unhandledRejectionsOf(() => rejectionOf(timeout({ clock, timeoutMs }).run(() => 'up')))

    expect(unhandled).toEqual([])
  })

  it('rejects with what it throws', async () => {
    const clock = virtualClock()
    const fault = new Error('fault of the function')
    const policy = timeout({
      clock,
      timeoutMs: () => {
        throw fault
      },
    })

    expect(await rejectionOf(policy.run(scripted([], { clock })))).toBe(fault)
    expect(clock.pendingTimers).toBe(0)
  })

  it('neither calls the operation nor leaves a timer when it aborts the call', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const policy = timeout({
      clock,
      timeoutMs: () => {
        controller.abort(reason)
        return 800
      },
    })
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    const rejection = await rejectionOf(policy.run(operation, { signal: controller.signal }))

    expect(rejection).toBe(reason)
    expect({ timers: clock.pendingTimers, calls: operation.calls.length }).toEqual({ timers: 0, calls: 0 })
  })
})
