import {
  anyOf,
  type CircuitBreaker,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
  slowCallRate,
  type Trip,
} from '@holdfast/circuit-breaker'
import { pipeline } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { countCollected, hangs, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'
import { countedArrays } from './counted-arrays.ts'

const CALLS = 50_000
const never = { threshold: 1, minCalls: CALLS, slowerThanMs: 0 }

/** How many counts one more failure touches in a window that holds so many calls. */
function touchedByFailure(calls: number, make: () => Trip): number {
  const arrays = countedArrays()
  const clock = virtualClock()
  const breaker = circuitBreaker({ clock, trip: make() })
  for (let call = 0; call < calls; call++) breaker.record('success')
  const before = arrays.touched()
  breaker.record('failure')
  arrays.restore()
  return arrays.touched() - before
}

describe('traps of the cost of windows', () => {
  it.each<[string, () => Trip]>([
    ['failureRate by calls', () => failureRate({ threshold: 1, windowCalls: 100_000 })],
    ['failureRate by time', () => failureRate({ threshold: 1, windowMs: 10_000 })],
    ['slowCallRate by calls', () => slowCallRate({ threshold: 1, slowerThanMs: 5, windowCalls: 100_000 })],
    ['slowCallRate by time', () => slowCallRate({ threshold: 1, slowerThanMs: 5, windowMs: 10_000 })],
  ])('a failure touches as few counts at 50 000 calls as at 100: %s', (_, make) => {
    const few = touchedByFailure(100, make)
    const many = touchedByFailure(CALLS, make)

    expect(many).toBe(few)
    expect(few).toBeGreaterThan(0)
  })

  it('a failure sorts nothing', async () => {
    const prototypes = [Array.prototype, ...[Uint8Array, Float64Array].map(({ prototype }) => prototype)]
    const sorts = prototypes.flatMap(prototype => [vi.spyOn(prototype, 'sort'), vi.spyOn(prototype, 'toSorted')])
    onTestFinished(() => {
      for (const sort of sorts) sort.mockRestore()
    })
    const trips = [slowCallRate({ ...never, windowMs: 10_000 }), slowCallRate({ ...never, windowCalls: CALLS })]
    const breaker = circuitBreaker({ trip: anyOf(...trips) })
    await succeed(breaker, 100)

    await fail(breaker, 100)

    expect(sorts.map(sort => sort.mock.calls.length)).toEqual(sorts.map(() => 0))
  })

  it('a strategy is asked once for each outcome, never about all that were before', async () => {
    let asked = 0
    const record = (): boolean => ++asked < 0
    const breaker = circuitBreaker({ trip: () => ({ record, reset: () => {} }) })

    await succeed(breaker, 100)
    await fail(breaker, 100)

    expect(asked).toBe(200)
  })
})

describe('traps of dropped breakers', () => {
  const kinds: readonly (() => Trip)[] = [
    () => consecutiveFailures(1),
    () => failureRate({ threshold: 0.1, windowMs: 1_000, minCalls: 1 }),
    () => slowCallRate({ threshold: 0.1, windowCalls: 10, minCalls: 1, slowerThanMs: 0 }),
  ]

  const live = async (trip: Trip): Promise<CircuitBreaker> => {
    const breaker = circuitBreaker({ trip, openMs: 0 })
    await succeed(breaker)
    await fail(breaker, 2)
    await succeed(breaker)
    breaker.isolate()
    return circuitBreaker({ trip, restore: breaker.snapshot() })
  }

  it('a breaker has no interval, and no timer outlives its calls', async () => {
    const interval = vi.spyOn(globalThis, 'setInterval')
    const timeout = vi.spyOn(globalThis, 'setTimeout')
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    onTestFinished(() => {
      for (const spy of [interval, timeout, clear]) spy.mockRestore()
    })

    for (const kind of kinds) await live(kind())

    expect(interval).not.toHaveBeenCalled()
    expect(timeout).toHaveBeenCalled()
    expect(clear.mock.calls.map(([timer]) => timer)).toEqual(timeout.mock.results.map(({ value }): unknown => value))
  })

  it('a breaker sets no timer at all while it is closed', async () => {
    const clock = virtualClock()
    const setTimeout = vi.fn(clock.setTimeout)

    for (const kind of kinds) {
      const breaker = circuitBreaker({ clock: { ...clock, setTimeout }, trip: kind() })
      await succeed(breaker, 3)
      await breaker.whenAvailable()
    }

    expect(setTimeout).not.toHaveBeenCalled()
  })

  it('a hundred dropped breakers of each kind are freed, whatever state they were in', async () => {
    const dropped: WeakRef<object>[] = []

    for (let count = 0; count < 100; count++) {
      for (const kind of kinds) dropped.push(new WeakRef(await live(kind())))
    }

    expect(await countCollected(dropped)).toBe(300)
  })
})

describe('traps of abort signals', () => {
  it('one call that is aborted aborts no other one', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const controller = new AbortController()
    const operation = scripted([hangs(), resolves('ok', { afterMs: 50 })], { clock })

    const cancelled = rejectionOf(breaker.run(operation, { signal: controller.signal }))
    const other = breaker.run(operation, { signal: new AbortController().signal })
    controller.abort(new Error('enough'))
    await Promise.all([cancelled, clock.advance(50)])

    expect(operation.calls.map(({ call }) => call.signal.aborted)).toEqual([true, false])
    expect(await other).toBe('ok')
  })

  it('one timeout aborts that call only, not the one beside it nor the next', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock })
    const timed = pipeline(cutting({ limitMs: 100, clock }), breaker)
    const operation = scripted([hangs(), resolves('beside', { afterMs: 200 }), resolves('next')], { clock })

    const timedOut = rejectionOf(timed.run(operation))
    const beside = breaker.run(operation)
    await clock.advance(100)
    const next = await timed.run(operation)
    const aborted = operation.calls.map(({ call }) => call.signal.aborted)
    await clock.advance(100)

    expect(aborted).toEqual([true, false, false])
    expect(await timedOut).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect([await beside, next]).toEqual(['beside', 'next'])
  })
})
