import { rm } from 'node:fs/promises'
import { secondCopy } from '@holdfast/fixtures/second-copy'
import { policyRules } from '@holdfast/testing'
import * as ours from 'holdfast'
import { afterAll, describe, expect, it } from 'vitest'

const { folder, load } = await secondCopy('retry', 'timeout', 'circuit-breaker', 'bulkhead', 'fallback')
afterAll(() => rm(folder, { recursive: true }))

type Holdfast = typeof ours

const { retry, constant } = (await load('retry')) as Holdfast
const { timeout } = (await load('timeout')) as Holdfast
const { circuitBreaker, consecutiveFailures } = (await load('circuit-breaker')) as Holdfast
const { bulkhead } = (await load('bulkhead')) as Holdfast
const { fallback } = (await load('fallback')) as Holdfast

const to = ({ error }: { readonly error: unknown }): never => {
  throw error
}
const backoff = constant({ delayMs: 100, jitter: 'none' })

/** The rules put each of these into pipelines and `keyed` of the other copy of the kernel. */
const subjects = {
  retry: policyRules({ make: options => retry({ ...options, maxAttempts: 2, backoff }), waitMs: 100 }),
  timeout: policyRules({ make: options => timeout({ ...options, timeoutMs: 10_000 }) }),
  circuitBreaker: policyRules({ make: options => circuitBreaker({ ...options, trip: consecutiveFailures(2) }) }),
  bulkhead: policyRules({
    make: options => bulkhead({ ...options, maxConcurrent: 1 }),
    makeQueueing: options => bulkhead({ ...options, maxConcurrent: 1, maxQueued: 10 }),
    maxConcurrent: 1,
  }),
  fallback: policyRules({ make: options => fallback({ ...options, to }) }),
  'a pipeline of both copies': policyRules({
    make: ({ clock, ...options }) =>
      ours.pipeline(
        fallback({ clock, to }),
        ours.timeout({ clock, timeoutMs: 20_000 }),
        retry({ clock, maxAttempts: 2, backoff }),
        ours.circuitBreaker({ clock, trip: ours.consecutiveFailures(2) }),
        bulkhead({ clock, maxConcurrent: 1 }),
        ours.timeout({ clock, timeoutMs: 10_000 }),
        { clock, ...options },
      ),
    maxConcurrent: 1,
    waitMs: 100,
  }),
}

describe('policies of a second copy of the kernel', () => {
  it('are of another copy', () => {
    expect(retry).not.toBe(ours.retry)
    expect(timeout).not.toBe(ours.timeout)
  })

  describe.each(Object.entries(subjects))('%s', (_, rules) => {
    it.each(rules)('$title', ({ check }) => check())
  })
})
