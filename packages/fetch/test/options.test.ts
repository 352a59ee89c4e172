import { type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const known =
  'keyBy, maxKeys, total, retry, breaker, attempt, body, maxRetryAfterMs, isIdempotent, idempotencyKey, attemptHeader, ' +
  'deadlineHeader, random, fetch, throwsOnStatus, name, clock, enabled'

const outOfRange: readonly (readonly [object, string])[] = [
  [{ maxKeys: 0 }, 'fetch: maxKeys must be an integer of at least 1, got 0'],
  [{ maxKeys: 1.5 }, 'fetch: maxKeys must be an integer of at least 1, got 1.5'],
  [{ maxKeys: Number.NaN }, 'fetch: maxKeys must be an integer of at least 1, got NaN'],
  [{ maxRetryAfterMs: -1 }, 'fetch: maxRetryAfterMs must be a number of milliseconds, at least 0, got -1'],
  [{ name: '' }, 'fetch: name must be a string that is not empty, got ""'],
  [{ name: 'api', maxKeys: 0 }, 'fetch "api": maxKeys must be an integer of at least 1, got 0'],
  [{ idempotencyKey: 'quoted' }, 'fetch: idempotencyKey must be "auto" or "raw" or "none", got "quoted"'],
  [{ body: { idleMs: 0 } }, 'fetch: body: idleMs must be a number of milliseconds above 0, got 0'],
  [{ body: { idleMs: Number.NaN } }, 'fetch: body: idleMs must be a number of milliseconds above 0, got NaN'],
  [{ body: { replayBytes: -1 } }, 'fetch: body: replayBytes must be an integer of at least 0, got -1'],
  [{ body: { drainBytes: 0.5 } }, 'fetch: body: drainBytes must be an integer of at least 0, got 0.5'],
  [{ total: { timeoutMs: 0 } }, timeoutMessage('total', '0')],
  [{ attempt: { timeoutMs: -5 } }, timeoutMessage('attempt', '-5')],
  [{ retry: { maxAttempts: 0 } }, 'retry "fetch.retry": maxAttempts must be an integer of at least 1, got 0'],
  [
    { breaker: { openMs: -1 } },
    'circuit-breaker "fetch.breaker": openMs must be a number of milliseconds, at least 0, or a function that returns one, got -1',
  ],
]

const wrongType: readonly (readonly [object, string])[] = [
  [{ fetch: 'fetch' }, 'fetch: fetch must be a function, got "fetch"'],
  [{ keyBy: 'origin' }, 'fetch: keyBy must be a function, got "origin"'],
  [{ maxKeys: '1000' }, 'fetch: maxKeys must be an integer of at least 1, got "1000"'],
  [{ isIdempotent: true }, 'fetch: isIdempotent must be a function, got true'],
  [{ idempotencyKey: true }, 'fetch: idempotencyKey must be "auto" or "raw" or "none", got true'],
  [{ attemptHeader: 1 }, 'fetch: attemptHeader must be true or false, got 1'],
  [{ deadlineHeader: 'yes' }, 'fetch: deadlineHeader must be true or false, got "yes"'],
  [{ throwsOnStatus: null }, 'fetch: throwsOnStatus must be true or false, got null'],
  [{ random: 0.5 }, 'fetch: random must be a function, got 0.5'],
  [{ enabled: true }, 'fetch: enabled must be a function, got true'],
  [{ clock: Date }, 'fetch: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got a function'],
  [{ maxRetryAfterMs: '5 s' }, 'fetch: maxRetryAfterMs must be a number of milliseconds, at least 0, got "5 s"'],
  ...[8_000, true, null, [], 'none', () => ({})].flatMap((part): [object, string][] => [
    [{ total: part }, `fetch: total must be options of a timeout, a policy or false, got ${shown(part)}`],
    [{ attempt: part }, `fetch: attempt must be options of a timeout, a policy or false, got ${shown(part)}`],
    [{ retry: part }, `fetch: retry must be options of a retry, a policy or false, got ${shown(part)}`],
  ]),
  ...[5, true, null, []].map((part): [object, string] => [
    { breaker: part },
    'fetch: breaker must be options of a circuit breaker, a function that makes one, a policy or false, ' +
      `got ${shown(part)}`,
  ]),
  [{ body: 30_000 }, 'fetch: body must be an object, got 30000'],
  [{ body: false }, 'fetch: body must be an object, got false'],
  [{ body: [] }, 'fetch: body must be an object, got an array'],
  [
    { body: { idle: 5 } },
    'fetch: body: unknown option "idle", expected one of idleMs, replayBytes, drainBytes, drainMs',
  ],
  [{ retries: 3 }, `fetch: unknown option "retries", expected one of ${known}`],
  [
    { attempt: { ms: 5 } },
    'timeout "fetch.attempt": unknown option "ms", expected one of timeoutMs, phase, name, clock, enabled',
  ],
  [{ total: { timeoutMs: '30 s' } }, timeoutMessage('total', '"30 s"')],
  [{ retry: { handles: true } }, 'retry "fetch.retry": handles must be a function, got true'],
  [{ retry: { handlesResult: 503 } }, 'retry "fetch.retry": handlesResult must be a function, got 503'],
  [{ retry: { discard: 'it' } }, 'retry "fetch.retry": discard must be a function, got "it"'],
]

function timeoutMessage(part: string, got: string): string {
  return `timeout "fetch.${part}": timeoutMs must be a number of milliseconds above 0, or a function that returns one, got ${got}`
}

function shown(part: unknown): string {
  if (typeof part === 'function') return 'a function'
  if (Array.isArray(part)) return 'an array'
  return typeof part === 'string' ? `"${part}"` : String(part)
}

describe('options of resilientFetch', () => {
  it('may be left out, all of them', () => {
    expect(resilientFetch().policy.name).toBe('fetch')
    expect(resilientFetch({}).policy.name).toBe('fetch')
  })

  it.each(outOfRange)('throw a RangeError that names them when out of range: %o', (options, message) => {
    expect(() => resilientFetch(options)).toThrow(new RangeError(message))
  })

  it.each(wrongType)('throw a TypeError that names them when of the wrong type: %o', (options, message) => {
    expect(() => resilientFetch(options)).toThrow(new TypeError(message))
  })

  it.each([
    ['retry', { maxAtempts: 3 }, 'retry "fetch.retry": unknown option "maxAtempts"'],
    ['breaker', { threshold: 3 }, 'circuit-breaker "fetch.breaker": unknown option "threshold"'],
  ])('of its %s are known by name, and told when it is made', (part, options, message) => {
    expect(() => resilientFetch({ [part]: options })).toThrow(message)
  })

  it.each([null, 3, 'three', []])('throw a TypeError when they are no object: %o', options => {
    expect(() => resilientFetch(options as unknown as ResilientFetchOptions)).toThrow(TypeError)
  })

  it('are checked together, so that one message tells all that is amiss', () => {
    const message = 'fetch: maxKeys must be an integer of at least 1, got 0; attemptHeader must be true or false, got 1'

    expect(() => resilientFetch({ maxKeys: 0, attemptHeader: 1 as never })).toThrow(new TypeError(message))
  })

  it('are read once and never written to', () => {
    const options = Object.freeze({
      clock: virtualClock(),
      total: Object.freeze({ timeoutMs: 5_000 }),
      retry: Object.freeze({ maxAttempts: 2 }),
      breaker: Object.freeze({ openMs: 1_000 }),
      attempt: Object.freeze({ timeoutMs: 1_000 }),
      body: Object.freeze({ idleMs: 1_000 }),
    })

    expect(() => resilientFetch(options)).not.toThrow()
  })

  it.each([
    { maxKeys: Infinity },
    { maxRetryAfterMs: 0 },
    { maxRetryAfterMs: Infinity },
    { body: { idleMs: Infinity, replayBytes: Infinity, drainBytes: Infinity, drainMs: Infinity } },
    { body: { replayBytes: 0, drainBytes: 0, idleMs: 0.5 } },
    { total: { timeoutMs: Infinity }, attempt: { timeoutMs: () => 5 } },
    { retry: { maxAttempts: Infinity } },
    { idempotencyKey: 'none' },
  ] as ResilientFetchOptions[])('may be at the edge of their range: %o', options => {
    expect(() => resilientFetch(options)).not.toThrow()
  })

  it('may not give a part another clock than that of the client', () => {
    expect(() => resilientFetch({ attempt: { timeoutMs: 5, clock: virtualClock() } as never })).toThrow(
      'has another clock than the pipeline',
    )
  })
})
