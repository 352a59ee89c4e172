import { bulkhead } from '@holdfast/bulkhead'
import { circuitBreaker } from '@holdfast/circuit-breaker'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type PostgresOptions, resilientPool, type TransactionOptions } from '@holdfast/postgres'
import { retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { Pool, type PoolConfig } from 'pg'
import { describe, expect, it } from 'vitest'

const known =
  'timeouts, sessionTimeouts, retry, breaker, bulkhead, cancelGraceMs, commitGraceMs, random, name, clock, enabled'

const make = (options?: unknown, config: PoolConfig = {}) => resilientPool(new Pool(config), options as PostgresOptions)

const limitMessage = (name: string, got: string): string =>
  `postgres: ${name} must be a number of milliseconds above 0, got ${got}`

const outOfRange: readonly (readonly [object, string])[] = [
  ...['acquireMs', 'lockMs', 'statementMs', 'totalMs'].flatMap((name): [object, string][] => [
    [{ timeouts: { [name]: 0 } }, limitMessage(`timeouts: ${name}`, '0')],
    [{ timeouts: { [name]: -1 } }, limitMessage(`timeouts: ${name}`, '-1')],
    [{ timeouts: { [name]: Number.NaN } }, limitMessage(`timeouts: ${name}`, 'NaN')],
  ]),
  [{ cancelGraceMs: 0 }, limitMessage('cancelGraceMs', '0')],
  [{ commitGraceMs: -5 }, limitMessage('commitGraceMs', '-5')],
  [{ name: '' }, 'postgres: name must be a string that is not empty, got ""'],
  [{ name: 'orders', cancelGraceMs: 0 }, limitMessage('cancelGraceMs', '0').replace('postgres', 'postgres "orders"')],
  [{ timeouts: { acquireMs: 5, lockMs: 5 } }, misordered('lockMs must be above acquireMs', '5 and 5')],
  [{ timeouts: { lockMs: 10, statementMs: 9 } }, misordered('statementMs must be above lockMs', '9 and 10')],
  [
    { timeouts: { statementMs: 40_000, totalMs: 30_000 } },
    misordered('totalMs must be above statementMs', '30000 and 40000'),
  ],
  [{ retry: { maxAttempts: 0 } }, 'retry "postgres.retry": maxAttempts must be an integer of at least 1, got 0'],
  [{ bulkhead: { maxQueued: -1 } }, 'bulkhead "postgres.bulkhead": maxQueued must be an integer of at least 0, got -1'],
]

const wrongType: readonly (readonly [object, string])[] = [
  [{ timeouts: 5_000 }, 'postgres: timeouts must be an object, got 5000'],
  [{ timeouts: null }, 'postgres: timeouts must be an object, got null'],
  [{ timeouts: [] }, 'postgres: timeouts must be an object, got an array'],
  [{ timeouts: { totalMs: '30 s' } }, limitMessage('timeouts: totalMs', '"30 s"')],
  [
    { timeouts: { total: 5 } },
    'postgres: timeouts: unknown option "total", expected one of acquireMs, lockMs, statementMs, totalMs',
  ],
  [{ sessionTimeouts: 1 }, 'postgres: sessionTimeouts must be true or false, got 1'],
  [{ cancelGraceMs: '2 s' }, limitMessage('cancelGraceMs', '"2 s"')],
  [{ random: 0.5 }, 'postgres: random must be a function, got 0.5'],
  [{ enabled: true }, 'postgres: enabled must be a function, got true'],
  [{ clock: Date }, 'postgres: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got a function'],
  [{ retries: 3 }, `postgres: unknown option "retries", expected one of ${known}`],
  ...[8_000, true, null, 'none'].flatMap((part): [object, string][] => [
    [{ retry: part }, `postgres: retry must be options of a retry, a policy or false, got ${shown(part)}`],
    [
      { breaker: part },
      `postgres: breaker must be options of a circuit breaker, a policy or false, got ${shown(part)}`,
    ],
    [{ bulkhead: part }, `postgres: bulkhead must be options of a bulkhead, a policy or false, got ${shown(part)}`],
  ]),
]

function misordered(what: string, got: string): string {
  return `postgres: timeouts: ${what}, in the order acquireMs < lockMs < statementMs < totalMs, got ${got}`
}

function shown(part: unknown): string {
  return typeof part === 'string' ? `"${part}"` : String(part)
}

describe('options of resilientPool', () => {
  it('may be left out, all of them', () => {
    for (const options of [undefined, {}, { name: undefined, timeouts: undefined, retry: undefined }]) {
      const pool = make(options)

      expect([pool.policy.name, pool.breaker?.name, pool.bulkhead?.name]).toEqual([
        'postgres',
        'postgres.breaker',
        'postgres.bulkhead',
      ])
    }
  })

  it.each(outOfRange)('throw a RangeError that names them when out of range: %o', (options, message) => {
    expect(() => make(options)).toThrow(new RangeError(message))
  })

  it.each(wrongType)('throw a TypeError that names them when of the wrong type: %o', (options, message) => {
    expect(() => make(options)).toThrow(new TypeError(message))
  })

  it.each([
    ['retry', { maxAtempts: 3 }, 'retry "postgres.retry": unknown option "maxAtempts"'],
    ['breaker', { threshold: 3 }, 'circuit-breaker "postgres.breaker": unknown option "threshold"'],
    ['bulkhead', { max: 3 }, 'bulkhead "postgres.bulkhead": unknown option "max"'],
  ])('of its %s are known by name, and told when it is made', (part, options, message) => {
    expect(() => make({ [part]: options })).toThrow(message)
  })

  it.each([
    ['breaker', retry()],
    ['breaker', bulkhead({ maxConcurrent: 3 })],
    ['bulkhead', circuitBreaker()],
  ])('take no policy of another kind for its %s', (part, policy) => {
    expect(() => make({ [part]: policy })).toThrow(TypeError)
  })

  it.each([null, 3, 'three', []])('throw a TypeError when they are no object: %o', options => {
    expect(() => make(options)).toThrow(TypeError)
  })

  it('are checked together, so that one message tells all that is amiss', () => {
    const message = `${limitMessage('cancelGraceMs', '0')}; ${limitMessage('commitGraceMs', '0').replace('postgres: ', '')}`

    expect(() => make({ cancelGraceMs: 0, commitGraceMs: 0 })).toThrow(new RangeError(message))
  })

  it('are read once and never written to', () => {
    const options = Object.freeze({
      clock: virtualClock(),
      timeouts: Object.freeze({ totalMs: 5_000 }),
      retry: Object.freeze({ maxAttempts: 2 }),
      breaker: Object.freeze({ openMs: 1_000 }),
      bulkhead: Object.freeze({ maxConcurrent: 3 }),
    })

    expect(() => make(options)).not.toThrow()
  })

  it.each([
    { timeouts: { acquireMs: Infinity, lockMs: Infinity, statementMs: Infinity, totalMs: Infinity } },
    { timeouts: { acquireMs: Infinity, lockMs: 5, statementMs: Infinity, totalMs: 10 } },
    { timeouts: { acquireMs: 0.1, lockMs: 0.2, statementMs: 0.3, totalMs: 0.4 } },
    { timeouts: { acquireMs: 3_000, totalMs: 4_000 } },
    { timeouts: { acquireMs: 60_000 } },
    { timeouts: { lockMs: 60_000, totalMs: 60_001 } },
    { timeouts: { statementMs: 5 } },
    { timeouts: { totalMs: 1 } },
    { cancelGraceMs: Infinity, commitGraceMs: Infinity },
    { bulkhead: { maxConcurrent: 1, maxQueued: 0 } },
    { retry: retry(), breaker: circuitBreaker(), bulkhead: bulkhead({ maxConcurrent: 3 }) },
    { retry: false, breaker: false, bulkhead: false },
  ] as PostgresOptions[])('may be at the edge of their range: %o', options => {
    expect(() => make(options)).not.toThrow()
  })

  it('make the limits that the pool has give way, if need be', () => {
    const config = { connectionTimeoutMillis: 1_000, lock_timeout: 8_000, statement_timeout: 20_000 }

    expect(() => make({ timeouts: { acquireMs: 9_000 } }, config)).not.toThrow()
    expect(() => make({ timeouts: { totalMs: 500 } }, config)).not.toThrow()
  })

  it.each([
    undefined,
    null,
    'postgres://localhost',
    {},
    { max: 3 },
    { connect() {}, query() {}, on() {} },
    () => {},
    new Pool().options,
  ])('come after a pool, and %o is none', pool => {
    expect(() => resilientPool(pool as never)).toThrow(/^postgres: resilientPool takes a Pool of pg, got /)
  })
})

describe('options of a transaction', () => {
  const pool = make()

  it.each<[unknown, string]>([
    [
      { isolation: 'snapshot' },
      'isolation must be "read committed" or "repeatable read" or "serializable", got "snapshot"',
    ],
    [{ isolation: 'serializable; drop table students' }, 'isolation must be'],
    [{ deferrable: 'yes' }, 'deferrable must be true or false, got "yes"'],
    [{ readOnly: 1 }, 'readOnly must be true or false, got 1'],
    [{ retryOn: '23505' }, 'retryOn must be an array of SQLSTATEs, such as "23505", got "23505"'],
    [{ retryOn: [23_505] }, 'retryOn must be an array of SQLSTATEs, such as "23505", got an array'],
    [{ retryOn: ['unique_violation'] }, 'retryOn must be an array of SQLSTATEs, such as "23505", got an array'],
    [{ signal: 5 }, 'signal must be an AbortSignal, got 5'],
    [{ timeoutMs: 0 }, 'timeoutMs must be a number of milliseconds above 0, got 0'],
    [{ deadline: 5_000 }, 'deadline must be an object with remainingMs, got 5000'],
    [{ deadline: null }, 'deadline must be an object with remainingMs, got null'],
    [{ context: 'north' }, 'context must be an object, got "north"'],
    [{ isolationLevel: 'serializable' }, 'unknown option "isolationLevel", expected one of '],
    [null, 'options must be an object, got null'],
    [new AbortController(), ''],
  ])('that make no sense reject, and nothing is begun: %o', async (options, message) => {
    const error = await rejectionOf(pool.transaction(() => 'never', options as TransactionOptions))

    expect(error).toMatchObject({ message: expect.stringContaining(message) as string })
    expect((error as Error).message).toMatch(/^postgres: transaction/)
    expect(pool.totalCount).toBe(0)
  })
})
