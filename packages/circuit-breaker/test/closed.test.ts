import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, returns, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

describe.each(placements)('circuit breaker, closed, $place', ({ put }) => {
  it('answers with what the operation resolves with', async () => {
    const clock = virtualClock()
    const policy = put(circuitBreaker({ clock }), clock)

    const answer = await policy.run(() => Promise.resolve('product'))

    expect(answer).toBe('product')
  })

  it('answers with a plain value', async () => {
    const clock = virtualClock()
    const policy = put(circuitBreaker({ clock }), clock)

    const answer = await policy.run(scripted([returns('plain')], { clock }))

    expect(answer).toBe('plain')
  })

  it('rejects with the very error of the operation, frozen or no error at all', async () => {
    const clock = virtualClock()
    const policy = put(circuitBreaker({ clock }), clock)
    const frozen = Object.freeze(new Error('frozen'))
    const operation = scripted([rejects(frozen), throws(frozen), rejects('a word'), throws(undefined)], { clock })

    const rejections = [
      await rejectionOf(policy.run(operation)),
      await rejectionOf(policy.run(operation)),
      await rejectionOf(policy.run(operation)),
      await rejectionOf(policy.run(operation)),
    ]

    expect(rejections[0]).toBe(frozen)
    expect(rejections[1]).toBe(frozen)
    expect(rejections.slice(2)).toEqual(['a word', undefined])
  })

  it('counts a synchronous throw like a rejection', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = put(breaker, clock)

    await rejectionOf(policy.run(scripted([throws(new Error('at once'))], { clock })))

    expect(breaker.state).toBe('open')
  })

  it('leaves no timer behind, whatever the outcome', async () => {
    const clock = virtualClock()
    const policy = put(circuitBreaker({ clock }), clock)

    await succeed(policy)
    await fail(policy)

    expect(clock.pendingTimers).toBe(0)
  })

  it('lets any number of calls run at once', async () => {
    const clock = virtualClock()
    const policy = put(circuitBreaker({ clock }), clock)
    const operation = scripted(
      Array.from({ length: 1_000 }, () => resolves('ok', { afterMs: 10 })),
      { clock },
    )

    const answers = operationTimes(1_000, () => policy.run(operation))
    const running = operation.running
    await clock.advance(10)

    expect(running).toBe(1_000)
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['ok']))
  })
})

function operationTimes(times: number, run: () => Promise<unknown>): Promise<unknown>[] {
  return Array.from({ length: times }, run)
}

describe('circuit breaker, closed', () => {
  it('is closed from the start, and has told nothing', async () => {
    const breaker = circuitBreaker()
    const { events } = record(breaker)

    await succeed(breaker)

    expect(breaker.state).toBe('closed')
    expect(events).toEqual([])
  })

  it('runs detached from its object', async () => {
    const { run } = circuitBreaker()

    const answer = await run(() => 'detached')

    expect(answer).toBe('detached')
  })

  it('tells its kind, and its name', () => {
    const breaker = circuitBreaker({ name: 'catalogue' })

    const { name, kind } = breaker

    expect({ name, kind }).toEqual({ name: 'catalogue', kind: 'circuit-breaker' })
  })

  it('is named after its kind by default', () => {
    expect(circuitBreaker().name).toBe('circuit-breaker')
  })

  it('opens at the fifth failure in a row by default', async () => {
    const breaker = circuitBreaker()

    await fail(breaker, 4)
    const before = breaker.state
    await fail(breaker)

    expect([before, breaker.state]).toEqual(['closed', 'open'])
  })

  it('starts to count anew after a success', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })

    await fail(breaker)
    await succeed(breaker)
    await fail(breaker)

    expect(breaker.state).toBe('closed')
  })

  it('counts calls that can be cancelled like those that cannot', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2) })
    const { signal } = new AbortController()

    await fail(breaker)
    await rejectionOf(breaker.run(() => Promise.reject(new Error('down')), { signal }))

    expect(breaker.state).toBe('open')
  })

  it('counts in the order in which calls end', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock, trip: consecutiveFailures(2) })
    const operation = scripted([rejects('late', { afterMs: 20 }), resolves('early', { afterMs: 10 })], { clock })

    const late = rejectionOf(breaker.run(operation))
    const early = breaker.run(operation)
    await clock.advance(20)
    await Promise.all([late, early])
    await fail(breaker)

    expect(breaker.state).toBe('open')
  })

  it('shares a strategy with another breaker, and no counts', async () => {
    const trip = consecutiveFailures(1)
    const [one, other] = [circuitBreaker({ trip }), circuitBreaker({ trip })]

    await fail(one)

    expect([one.state, other.state]).toEqual(['open', 'closed'])
  })

  it('tells the operation of its call', async () => {
    const clock = virtualClock()
    const operation = scripted([hangs()], { clock })

    const context = {}
    const rejection = rejectionOf(circuitBreaker({ clock }).run(operation, { timeoutMs: 50, context }))
    await clock.advance(50)
    await rejection

    const call = operation.calls[0]?.call
    expect(call).toMatchObject({ attempt: 1, deadlineMs: clock.nowMs() })
    expect(call?.context).toBe(context)
  })
})
