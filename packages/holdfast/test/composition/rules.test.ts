import { type PolicyRule, policyRules, type RuleOptions } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  constant,
  fallback,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import { describe, it } from 'vitest'

type Make = (options: Pick<RuleOptions, 'clock'>) => AnyPolicy

/** The five policies, set so that the rules can see what each would do. None changes what an operation throws. */
const members: Readonly<Record<string, Make>> = {
  fallback: options =>
    fallback({
      ...options,
      to: ({ error }): never => {
        throw error
      },
    }),
  timeout: options => timeout({ ...options, timeoutMs: 10_000 }),
  retry: options => retry({ ...options, maxAttempts: 2, backoff: constant({ delayMs: 100, jitter: 'none' }) }),
  circuitBreaker: options => circuitBreaker({ ...options, trip: consecutiveFailures(2) }),
  bulkhead: options => bulkhead({ ...options, maxConcurrent: 1 }),
}

/** A pipeline of all five that begins with `first`, so that each is once outside and once inside of each other. */
function rulesOfPipeline(first: string): readonly PolicyRule[] {
  const names = Object.keys(members)
  const index = names.indexOf(first)
  const order = [...names.slice(index), ...names.slice(0, index)]
  return policyRules({
    make: options => pipeline(...order.map(name => (members[name] as Make)({ clock: options.clock })), options),
    maxConcurrent: 1,
    waitMs: 100,
  })
}

describe.each(Object.keys(members))('a pipeline of five, %s outermost', first => {
  it.each(rulesOfPipeline(first))('$title', ({ check }) => check())
})
