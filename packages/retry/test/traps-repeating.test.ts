import { BulkheadFullError, CircuitOpenError, observe, RateLimitedError } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, exponential, linear, type RetryOptions, retry, retryBudget, sequence } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('traps of retry: the operation is not run again', () => {
  it.each<[string, (fault: Error) => unknown]>([
    [
      'throws',
      fault => {
        throw fault
      },
    ],
    ['rejects', fault => Promise.reject(fault)],
  ])('when a listener %s at the success', async (_, fail) => {
    const clock = virtualClock()
    const fault = new Error('fault of a listener')
    const faults: unknown[] = []
    onTestFinished(observe({ fault: ({ error }) => faults.push(error) }))
    const policy = retry({ clock, backoff })
    policy.subscribe(({ type }) => (type === 'retry.succeeded' ? fail(fault) : undefined))
    const operation = failing(clock, errors(1), 'product')

    const answer = policy.run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(operation.calls).toHaveLength(2)
    expect(faults).toEqual([fault])
  })

  it.each([
    new CircuitOpenError('catalogue', { retryAfterMs: 100, isolated: false }),
    new BulkheadFullError('catalogue', { active: 1, queued: 0 }),
    new RateLimitedError('catalogue', 100),
    Object.assign(new Error('of another copy'), { code: 'ERR_HOLDFAST_CIRCUIT_OPEN' }),
  ])('when a policy inside protects itself, whatever handles and delayFor say: %s', async error => {
    const clock = virtualClock()
    const operation = failing(clock, [error])

    const rejection = await rejectionOf(
      retry({ clock, backoff, handles: () => true, delayFor: () => 0 }).run(operation),
    )

    expect(rejection).toBe(error)
    expect(operation.calls).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('traps of retry: an option name that does not exist', () => {
  it('throws and is named, instead of meaning for ever: attempts', () => {
    expect(() => retry({ attempts: 3 } as RetryOptions)).toThrow(
      new TypeError(
        'retry: unknown option "attempts", expected one of maxAttempts, backoff, handles, handlesResult, delayFor, ' +
          'beforeRetry, discard, budget, random, name, clock, enabled',
      ),
    )
  })

  it.each<[string, (options: never) => unknown, object]>([
    ['maxRetries', retry, { maxRetries: 3 }],
    ['exponent', exponential, { exponent: 2 }],
    ['maxDelay', linear, { maxDelay: 1_000 }],
    ['delay', constant, { delayMs: 100, delay: 100 }],
    ['maxMs', options => sequence([100], options), { maxMs: 1_000 }],
    ['maxPerSecond', retryBudget, { maxPerSecond: 10 }],
  ])('throws and is named: %s', (option, make, options) => {
    expect(() => make(options as never)).toThrow(`unknown option "${option}"`)
  })
})
