import { CircuitOpenError, consecutiveFailures } from '@holdfast/circuit-breaker'
import { isHoldfastError } from '@holdfast/core'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'

describe.each(placements)('circuit breaker, open, $place', ({ put }) => {
  it('rejects without calling the operation', async () => {
    const clock = virtualClock()
    const policy = put(brittle(clock), clock)
    const operation = scripted<string>([], { clock })
    await fail(policy)

    const rejection = await rejectionOf(policy.run(operation))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect(operation.calls).toEqual([])
  })

  it('rejects with the reason of a signal that has aborted, rather than because it is open', async () => {
    const clock = virtualClock()
    const policy = put(brittle(clock), clock)
    const reason = new Error('enough')
    await fail(policy)

    const rejection = await rejectionOf(policy.run(() => 'not called', { signal: AbortSignal.abort(reason) }))

    expect(rejection).toBe(reason)
  })

  it('leaves no timer behind', async () => {
    const clock = virtualClock()
    const policy = put(brittle(clock), clock)

    await fail(policy, 2)

    expect(clock.pendingTimers).toBe(0)
  })
})

describe('circuit breaker, open', () => {
  it('rejects with a CircuitOpenError that says who, what and when next', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { name: 'catalogue', openMs: 4_200.5 })
    await fail(breaker)

    await clock.advance(200)
    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(rejection).toBeInstanceOf(CircuitOpenError)
    expect(rejection).toMatchObject({
      name: 'CircuitOpenError',
      message: 'catalogue: circuit is open, next probe in 4001 ms',
      code: 'ERR_HOLDFAST_CIRCUIT_OPEN',
      policy: 'catalogue',
      retryAfterMs: 4_000.5,
      isolated: false,
    })
  })

  it('rejects with an error that can be told by its code', async () => {
    const breaker = brittle(virtualClock())
    await fail(breaker)

    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(isHoldfastError(rejection, 'ERR_HOLDFAST_CIRCUIT_OPEN')).toBe(true)
    expect(isHoldfastError(rejection, 'ERR_HOLDFAST_TIMEOUT')).toBe(false)
  })

  it('rejects calls that pass no signal and calls that pass one', async () => {
    const breaker = brittle(virtualClock())
    const { signal } = new AbortController()
    await fail(breaker)

    const rejection = await rejectionOf(breaker.run(() => 'not called', { signal }))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
  })

  it('tells that it has opened, and then each rejection', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { name: 'catalogue' })
    const { events } = record(breaker)

    await fail(breaker)
    await clock.advance(400)
    await fail(breaker)

    expect(events).toEqual([
      {
        type: 'circuit.opened',
        policy: { name: 'catalogue', kind: 'circuit-breaker' },
        pipeline: undefined,
        callId: undefined,
        attempt: undefined,
        atMs: clock.nowMs() - 400,
        cause: 'tripped',
        openMs: 1_000,
        trips: 1,
        reason: undefined,
      },
      {
        type: 'circuit.rejected',
        mode: 'enforce',
        policy: { name: 'catalogue', kind: 'circuit-breaker' },
        pipeline: 'catalogue',
        callId: expect.any(Number) as number,
        attempt: 1,
        atMs: clock.nowMs(),
        retryAfterMs: 600,
      },
    ])
  })

  it('stays open without a timer until a call comes after the open time', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const recording = record(breaker)
    await fail(breaker)

    await clock.advance(3_600_000)

    expect(breaker.state).toBe('open')
    expect(recording.types).toEqual(['circuit.opened'])
  })

  it('rejects one millisecond before the open time ends, and lets a probe through when it does', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const operation = scripted([resolves('probe')], { clock })
    await fail(breaker)

    await clock.advance(999)
    const rejection = await rejectionOf(breaker.run(operation))
    await clock.advance(1)
    const answer = await breaker.run(operation)

    expect(rejection).toMatchObject({ retryAfterMs: 1 })
    expect(answer).toBe('probe')
  })

  it('does not open again for failures of calls that began before', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const recording = record(breaker)
    const calls = [begin(breaker), begin(breaker), begin(breaker)]

    for (const call of calls) await call.fail()

    expect(recording.types).toEqual(['circuit.opened'])
  })

  it('opens for good when many calls fail at once', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock, { trip: consecutiveFailures(5) })
    const recording = record(breaker)
    const calls = Array.from({ length: 20 }, () => begin(breaker))

    await Promise.all(calls.map(call => call.fail()))

    expect(recording.types).toEqual(['circuit.opened'])
  })

  it('is open for no time at all with an openMs of 0', async () => {
    const breaker = brittle(virtualClock(), { openMs: 0 })
    await fail(breaker)

    const answer = await breaker.run(() => 'probe')

    expect(answer).toBe('probe')
    expect(breaker.state).toBe('closed')
  })

  it.each([Infinity, 2 ** 31])('is open until it is closed by hand with an openMs of %d', async openMs => {
    const clock = virtualClock()
    const breaker = brittle(clock, { openMs })
    await fail(breaker)

    await clock.advance(2 ** 40)
    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(rejection).toMatchObject({ retryAfterMs: Infinity, isolated: false })
  })
})
