import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  type Clock,
  circuitBreaker,
  consecutiveFailures,
  constant,
  observe,
  retry,
  timeout,
} from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aftermathOf, first, nothing, places } from './faults.ts'

const reset = new Error('reset')
const backoff = constant({ delayMs: 100, jitter: 'none' })

const throwing = (): never => {
  throw new Error('fault of the lots')
}

/** The callbacks whose word must be a number. The second time, it is one. */
const callbacks: readonly [string, (clock: Clock, said: unknown) => AnyPolicy][] = [
  ['delayFor', (clock, said) => retry({ clock, backoff, delayFor: first(() => said, 0) })],
  ['backoff', (clock, said) => retry({ clock, backoff: first(() => said, 0) })],
  ['timeoutMs', (clock, said) => timeout({ clock, timeoutMs: first(() => said, 100) })],
]

const cases = places.flatMap(({ place, put }) => callbacks.map(([callback, make]) => ({ callback, place, put, make })))

describe.each(cases)('$callback, $place,', ({ callback, put, make }) => {
  it.each([
    ['NaN', Number.NaN, 'RangeError'],
    ["'5'", '5', 'TypeError'],
    ['null', null, 'TypeError'],
    ['a bigint', 5n, 'TypeError'],
    ['a symbol', Symbol('5'), 'TypeError'],
    ['a promise', Promise.resolve(5), 'TypeError'],
    ['an object', { valueOf: (): number => 5 }, 'TypeError'],
  ])('that says %s rejects the run with an error that names the option', async (_, said, name) => {
    const clock = virtualClock()
    const policy = put(make(clock, said), clock)

    const { end, left, next } = await aftermathOf(policy, clock, scripted<string>([rejects(reset)], { clock }))

    expect(end).toMatchObject({ status: 'rejected', reason: { name } })
    expect(String((end as PromiseRejectedResult).reason)).toContain(callback)
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it.each([-1, -Infinity, Infinity, 2 ** 31])(
    'that says %s settles the run at once, and calls nothing in a flood',
    async said => {
      const clock = virtualClock()
      const policy = put(make(clock, said), clock)
      const startMs = clock.nowMs()
      const operation = scripted<string>([rejects(reset)], { clock })

      const { end, left, next } = await aftermathOf(policy, clock, operation)

      expect(end?.status).toBe('rejected')
      expect(operation.calls.length).toBeLessThanOrEqual(1)
      expect(clock.nowMs() - startMs).toBe(0)
      expect([left, next]).toEqual([nothing, 'next'])
    },
  )
})

describe.each(places)('lots that are no lots, $place,', ({ put }) => {
  it.each([1, 0, Number.NaN, -1, 2, Infinity, -Infinity, '0.5', undefined, null])(
    'wait between nothing and the cap: %s',
    async drawn => {
      const clock = virtualClock()
      const policy = put(retry({ clock, backoff: constant({ delayMs: 100 }), random: () => drawn as number }), clock)
      const startMs = clock.nowMs()

      const { end, left } = await aftermathOf(policy, clock, scripted([rejects(reset), resolves('product')], { clock }))

      expect(end).toEqual({ status: 'fulfilled', value: 'product' })
      expect(clock.nowMs() - startMs).toBeLessThanOrEqual(100)
      expect(left).toEqual(nothing)
    },
  )

  it.each([1, Number.NaN, -1, 2, undefined, throwing])(
    'keep a circuit open for half of its time at least, and all of it at most: %s',
    async drawn => {
      const clock = virtualClock()
      onTestFinished(observe({ fault: () => {} }))
      const random = typeof drawn === 'function' ? drawn : () => drawn as number
      const breaker = circuitBreaker({ clock, trip: consecutiveFailures(1), openMs: 1_000, random })
      const policy = put(breaker, clock)
      const recorded: number[] = []
      breaker.subscribe(event => event.type === 'circuit.opened' && recorded.push(event.openMs))

      await policy.run(() => Promise.reject(reset)).catch(() => 'rejected')
      await clock.advance(1_000)

      expect(recorded).toHaveLength(1)
      expect(recorded[0]).toBeGreaterThanOrEqual(500)
      expect(recorded[0]).toBeLessThanOrEqual(1_000)
      expect(await policy.run(() => 'next')).toBe('next')
    },
  )
})
