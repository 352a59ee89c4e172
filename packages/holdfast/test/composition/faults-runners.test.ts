import { rejects, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  type Clock,
  circuitBreaker,
  constant,
  observe,
  pipeline,
  type RetryBudget,
  retry,
  timeout,
} from 'holdfast'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aftermathOf, nothing, rejected } from './faults.ts'

const fault: Error = Object.freeze(new Error('fault of a budget'))
const backoff = constant({ delayMs: 100, jitter: 'none' })

/** A retry whose budget throws as it counts these calls. */
function retryWithFault(clock: Clock, ...faulty: readonly number[]): AnyPolicy {
  let calls = 0
  const deposit = (): void => {
    if (faulty.includes(++calls)) throw fault
  }
  const budget: RetryBudget = { remaining: () => 1, deposit, withdraw: () => true }
  return retry({ clock, budget, maxAttempts: 1 })
}

describe('a budget that throws as it counts a call', () => {
  it.each<[string, (clock: Clock) => AnyPolicy]>([
    ['a bulkhead', clock => bulkhead({ clock, maxConcurrent: 1 })],
    ['a breaker', clock => circuitBreaker({ clock })],
    ['a timeout', clock => timeout({ clock, timeoutMs: 800 })],
    [
      'a pipeline of these',
      clock => pipeline(bulkhead({ clock, maxConcurrent: 1 }), timeout({ clock, timeoutMs: 800 })),
    ],
  ])('rejects the run with what it threw inside %s, which gets its permit back', async (_, around) => {
    const clock = virtualClock()
    const policy = pipeline(around(clock), retryWithFault(clock, 1))

    const { end, left, next } = await aftermathOf(policy, clock, () => 'not called')

    expect(end).toEqual(rejected(fault))
    expect([left, next]).toEqual([nothing, 'next'])
  })

  it('rejects the run also in a later attempt of a retry around it', async () => {
    const clock = virtualClock()
    const policy = pipeline(
      retry({ clock, backoff, handles: ({ error }) => error !== fault }),
      retryWithFault(clock, 2),
    )

    const { end, left, next } = await aftermathOf(policy, clock, scripted<string>([rejects('reset')], { clock }))

    expect(end).toEqual(rejected(fault))
    expect([left, next]).toEqual([nothing, 'next'])
  })
})

describe('a sink for faults', () => {
  it('that rejects leaves nothing unhandled', async () => {
    onTestFinished(observe({ fault: () => Promise.reject(fault) as never }))
    const policy = bulkhead({ maxConcurrent: 1 })
    policy.subscribe(() => {
      throw new Error('fault of a listener')
    })

    const unhandled = await unhandledRejectionsOf(() => policy.run(() => 'up'))

    expect(unhandled).toEqual([])
  })
})
