import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  type Clock,
  circuitBreaker,
  constant,
  fallback,
  keyed,
  type RetryBudget,
  retry,
  timeout,
} from 'holdfast'
import { describe, expect, it } from 'vitest'
import { aftermathOf, first, nothing, places, rejected } from './faults.ts'

const reset = new Error('reset')
const fault: Error = Object.freeze(new Error('fault of a callback'))
const backoff = constant({ delayMs: 100, jitter: 'none' })

const throwing = (): never => {
  throw fault
}

type Make = (clock: Clock, fail: () => unknown) => AnyPolicy

/** Every callback that is no predicate, of a policy whose operation fails once. What it throws is the end of the run. */
const callbacks: readonly [string, Make][] = [
  ['to of a fallback', (clock, fail) => fallback({ clock, to: first(fail, 'instead') })],
  ['delayFor of a retry', (clock, fail) => retry({ clock, backoff, delayFor: first(fail, 0) })],
  ['beforeRetry of a retry', (clock, fail) => retry({ clock, backoff, beforeRetry: first(fail, undefined) })],
  ['backoff of a retry', (clock, fail) => retry({ clock, backoff: first(fail, 0) })],
  ['random of a retry', (clock, fail) => retry({ clock, random: first(fail, 0) })],
  ['timeoutMs of a timeout', (clock, fail) => timeout({ clock, timeoutMs: first(fail, 100) })],
  ['by of keyed', (clock, fail) => keyed({ clock, by: first(fail, 'key'), make: () => retry({ clock }) })],
  [
    'make of keyed',
    (clock, fail) => keyed({ clock, by: () => 'key', make: first(fail, bulkhead({ clock, maxConcurrent: 1 })) }),
  ],
  ['enabled of a retry', (clock, fail) => retry({ clock, enabled: first(fail, true) })],
  ['enabled of a timeout', (clock, fail) => timeout({ clock, timeoutMs: 100, enabled: first(fail, true) })],
  ['enabled of a breaker', (clock, fail) => circuitBreaker({ clock, enabled: first(fail, true) })],
  ['enabled of a bulkhead', (clock, fail) => bulkhead({ clock, maxConcurrent: 1, enabled: first(fail, true) })],
  ['enabled of a fallback', (clock, fail) => fallback({ clock, to: () => 'instead', enabled: first(fail, true) })],
  [
    'withdraw of a budget',
    (clock, fail) => retry({ clock, backoff, budget: budgetWith({ withdraw: first(fail, true) }) }),
  ],
  [
    'deposit of a budget',
    (clock, fail) => retry({ clock, backoff, budget: budgetWith({ deposit: first(fail, undefined) }) }),
  ],
]

function budgetWith(faulty: Partial<RetryBudget>): RetryBudget {
  return { remaining: () => 1, deposit: () => {}, withdraw: () => true, ...faulty }
}

const cases = places.flatMap(({ place, put }) => callbacks.map(([callback, make]) => ({ callback, place, put, make })))

describe.each(cases)('$callback, $place,', ({ put, make }) => {
  it('that throws rejects the run with what it threw, and leaves the policy as good as before', async () => {
    const clock = virtualClock()
    const policy = put(make(clock, throwing), clock)
    const operation = scripted<string>([rejects(reset)], { clock })

    const { end, left, next } = await aftermathOf(policy, clock, operation)

    expect(end).toEqual(rejected(fault))
    expect((end as PromiseRejectedResult).reason).toBe(fault)
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it('that returns a promise that rejects leaves nothing unhandled, and the policy as good as before', async () => {
    const clock = virtualClock()
    const policy = put(
      make(clock, () => Promise.reject(fault)),
      clock,
    )
    const operation = scripted([rejects(reset), resolves('product')], { clock })

    const { end, left, next } = await aftermathOf(policy, clock, operation)

    expect(end?.status).toBeDefined()
    expect([left, next]).toEqual([nothing, 'next'])
  })
})
