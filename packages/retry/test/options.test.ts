import { constant, type RetryOptions, retry, retryBudget } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const known =
  'maxAttempts, backoff, handles, handlesResult, delayFor, beforeRetry, discard, budget, random, name, clock, enabled'

const outOfRange: readonly [object, string][] = [
  [{ maxAttempts: 0 }, 'retry: maxAttempts must be an integer of at least 1, got 0'],
  [{ maxAttempts: -1 }, 'retry: maxAttempts must be an integer of at least 1, got -1'],
  [{ maxAttempts: 1.5 }, 'retry: maxAttempts must be an integer of at least 1, got 1.5'],
  [{ maxAttempts: Number.NaN }, 'retry: maxAttempts must be an integer of at least 1, got NaN'],
  [{ maxAttempts: -Infinity }, 'retry: maxAttempts must be an integer of at least 1, got -Infinity'],
  [{ maxAttempts: 0, name: 'orders' }, 'retry "orders": maxAttempts must be an integer of at least 1, got 0'],
  [{ name: '' }, 'retry: name must be a string that is not empty, got ""'],
]

const wrongType: readonly [object, string][] = [
  [{ maxAttempts: '3' }, 'retry: maxAttempts must be an integer of at least 1, got "3"'],
  [{ maxAttempts: null }, 'retry: maxAttempts must be an integer of at least 1, got null'],
  [{ backoff: 100 }, 'retry: backoff must be a function, got 100'],
  [{ backoff: null }, 'retry: backoff must be a function, got null'],
  [{ handles: true }, 'retry: handles must be a function, got true'],
  [{ handlesResult: /5../ }, 'retry: handlesResult must be a function, got an object'],
  [{ delayFor: 100 }, 'retry: delayFor must be a function, got 100'],
  [{ beforeRetry: 'refresh' }, 'retry: beforeRetry must be a function, got "refresh"'],
  [{ discard: true }, 'retry: discard must be a function, got true'],
  [{ budget: true }, 'retry: budget must be false or a budget made by retryBudget, got true'],
  [{ budget: null }, 'retry: budget must be false or a budget made by retryBudget, got null'],
  [{ budget: { ratio: 0.2 } }, 'retry: budget must be false or a budget made by retryBudget, got an object'],
  ...['remaining', 'deposit', 'withdraw'].map((missing): [object, string] => [
    { budget: { ...retryBudget(), [missing]: undefined } },
    'retry: budget must be false or a budget made by retryBudget, got an object',
  ]),
  [{ random: 0.5 }, 'retry: random must be a function, got 0.5'],
  [{ clock: Date }, 'retry: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got a function'],
  [{ enabled: false }, 'retry: enabled must be a function, got false'],
  [{ attempts: 3 }, `retry: unknown option "attempts", expected one of ${known}`],
]

describe('options of retry', () => {
  it('may be left out, all of them', () => {
    const policy = retry()

    expect(policy.name).toBe('retry')
    expect(policy.kind).toBe('retry')
  })

  it('take undefined for the default', () => {
    const options: { readonly [Option in keyof Required<RetryOptions>]: undefined } = {
      maxAttempts: undefined,
      backoff: undefined,
      handles: undefined,
      handlesResult: undefined,
      delayFor: undefined,
      beforeRetry: undefined,
      discard: undefined,
      budget: undefined,
      random: undefined,
      name: undefined,
      clock: undefined,
      enabled: undefined,
    }

    expect(retry(options as unknown as RetryOptions).name).toBe('retry')
  })

  it.each(outOfRange)('throw a RangeError that names them when out of range: %o', (options, message) => {
    expect(() => retry(options)).toThrow(new RangeError(message))
  })

  it.each(wrongType)('throw a TypeError that names them when of the wrong type: %o', (options, message) => {
    expect(() => retry(options)).toThrow(new TypeError(message))
  })

  it.each([null, 3, 'three', []])('throw a TypeError when they are no object: %o', options => {
    expect(() => retry(options as RetryOptions)).toThrow(TypeError)
  })

  it('are checked together, so that one message tells all that is amiss', () => {
    const message = 'retry: maxAttempts must be an integer of at least 1, got 0; backoff must be a function, got 100'

    expect(() => retry({ maxAttempts: 0, backoff: 100 as never })).toThrow(new TypeError(message))
  })

  it('are read once and never written to', () => {
    const options = Object.freeze({
      clock: virtualClock(),
      maxAttempts: 2,
      backoff: constant({ delayMs: 1 }),
      budget: retryBudget(),
    })

    expect(() => retry(options)).not.toThrow()
  })

  it('that are inherited do not count', () => {
    const inherited = Object.create({ maxAttempts: 0 }) as RetryOptions

    expect(() => retry(inherited)).not.toThrow()
  })
})
