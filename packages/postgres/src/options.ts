import type { Bulkhead, BulkheadOptions } from '@holdfast/bulkhead'
import type { CircuitBreaker, CircuitBreakerOptions } from '@holdfast/circuit-breaker'
import type { AnyPolicy, CommonOptions } from '@holdfast/core'
import { type Identity, isUnlimited, limit, part, readOptions, readPolicyOptions, rule } from '@holdfast/core/kernel'
import type { RetryOptions } from '@holdfast/retry'
import type { PoolConfig } from 'pg'

/** Options of a policy that gets its clock and its lots from the pool. */
type Tuned<Options> = Omit<Options, 'clock' | 'random'>

/**
 * The limits of a pool, in milliseconds, above 0; Infinity is no limit. Each must be below the next that is one. What is left
 * out is as the pool has it, by `connectionTimeoutMillis`, `lock_timeout` and `statement_timeout`, and gives way to those
 * that are given.
 */
export interface PostgresTimeouts {
  /** To get a connection, with the wait for a free one. Default 2 000. */
  readonly acquireMs?: number | undefined
  /** The server's `lock_timeout`: how long a statement waits for a lock. Default 5 000. */
  readonly lockMs?: number | undefined
  /** The server's `statement_timeout`; a server that does not keep to it is taken for gone. Default 10 000. */
  readonly statementMs?: number | undefined
  /** The whole of a query or a transaction, with all attempts. Default 30 000. */
  readonly totalMs?: number | undefined
}

/** The options of `resilientPool`. */
export interface PostgresOptions extends CommonOptions {
  /** How long each part of the work may take. Default 2, 5, 10 and 30 s; each is told there. */
  readonly timeouts?: PostgresTimeouts | undefined
  /**
   * Whether connections are opened with `statement_timeout` and `lock_timeout`. `false` where a pooler refuses them as
   * startup parameters; transactions set them all the same. Default `true`.
   */
  readonly sessionTimeouts?: boolean | undefined
  /**
   * Attempts: options in place of the preset's, a policy, or `false`. Default 5, of what may be repeated. A `handles` of your
   * own takes the place of that rule; an `UnknownOutcomeError` is not repeated all the same.
   */
  readonly retry?: Tuned<RetryOptions> | AnyPolicy | false | undefined
  /**
   * The breaker of the whole pool: options in place of the preset's, a circuit breaker, or `false`. Default: it opens after
   * twice as many failures in a row as the pool has connections, 5 at least, or when half of at least 20 calls within 10 s
   * have failed; for 1 s, doubling, up to 30 s. Only what speaks of the database is a failure: see `classify`.
   */
  readonly breaker?: Tuned<CircuitBreakerOptions> | CircuitBreaker | false | undefined
  /**
   * How many connections may be used at once, and how many calls may wait for one: options in place of the preset's, a
   * bulkhead, or `false`. Default: the pool's `max`, and ten times as many waiting, each for `acquireMs` at most.
   */
  readonly bulkhead?: Partial<Tuned<BulkheadOptions>> | Bulkhead | false | undefined
  /**
   * How long a connection may take to be usable again when what it did was cancelled, in milliseconds, above 0. Default
   * 2 000; it is closed then.
   */
  readonly cancelGraceMs?: number | undefined
  /**
   * How long an aborted transaction still waits for the answer to a COMMIT that it has sent, in milliseconds, above 0.
   * Default 5 000; its outcome is unknown then.
   */
  readonly commitGraceMs?: number | undefined
  /** Where jitter draws from, 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** The options of a pool, as read. */
export interface PostgresSettings extends Identity {
  readonly timeouts: Required<{ [Option in keyof PostgresTimeouts]: number }>
  readonly sessionTimeouts: boolean
  readonly retry: NonNullable<PostgresOptions['retry']>
  readonly breaker: NonNullable<PostgresOptions['breaker']>
  readonly bulkhead: NonNullable<PostgresOptions['bulkhead']>
  readonly cancelGraceMs: number
  readonly commitGraceMs: number
  readonly random: () => number
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The order that lets each limit act before the one around it. */
const ORDER = ['acquireMs', 'lockMs', 'statementMs', 'totalMs'] as const

/** What a pool says of its own limits. */
type PoolLimits = Pick<PoolConfig, 'connectionTimeoutMillis' | 'lock_timeout' | 'statement_timeout'>

/** Throws a `TypeError` or `RangeError` for what makes no sense. */
export function readPostgresOptions(options: PostgresOptions | undefined, pool: PoolLimits): PostgresSettings {
  const read = readPolicyOptions('postgres', options, {
    timeouts: rule<PostgresTimeouts>('an object', isObject, {}),
    sessionTimeouts: rule('true or false', value => typeof value === 'boolean', true),
    retry: part<PostgresSettings['retry']>('options of a retry'),
    breaker: part<PostgresSettings['breaker']>('options of a circuit breaker'),
    bulkhead: part<PostgresSettings['bulkhead']>('options of a bulkhead'),
    cancelGraceMs: limit(2_000),
    commitGraceMs: limit(5_000),
    random: rule('a function', value => typeof value === 'function', Math.random),
  })
  return { ...read, timeouts: readTimeouts(`${read.name}: timeouts`, read.timeouts, pool) }
}

function readTimeouts(subject: string, given: PostgresTimeouts, pool: PoolLimits): PostgresSettings['timeouts'] {
  const read = readOptions(subject, given, {
    acquireMs: limit(pool.connectionTimeoutMillis || 2_000),
    lockMs: limit(pool.lock_timeout || 5_000),
    statementMs: limit(pool.statement_timeout || 10_000),
    totalMs: limit(30_000),
  })
  return ordered(subject, read, given)
}

/** Checks the order of the limits that were given, and puts the others in between. */
function ordered(subject: string, read: PostgresSettings['timeouts'], given: PostgresTimeouts): typeof read {
  const timeouts = limitsIn(read)
  let inner: (typeof ORDER)[number] | undefined
  for (const [index, name] of ORDER.entries()) {
    const innerMs = inner === undefined ? 0 : timeouts[inner]
    if (timeouts[name] === Infinity) continue
    if (given[name] === undefined) {
      const next = ORDER.slice(index).findIndex(each => given[each] !== undefined && timeouts[each] !== Infinity)
      const outerMs = next === -1 ? Infinity : timeouts[ORDER[index + next] as typeof name]
      timeouts[name] = between(innerMs, outerMs, timeouts[name], next)
    } else if (inner !== undefined && timeouts[name] <= innerMs) {
      throw new RangeError(
        `${subject}: ${name} must be above ${inner}, in the order ${ORDER.join(' < ')}, got ${timeouts[name]} and ${innerMs}`,
      )
    }
    inner = name
  }
  return limitsIn(timeouts)
}

/** What no timer can hold is no limit. */
function limitsIn(read: PostgresSettings['timeouts']): Record<(typeof ORDER)[number], number> {
  const limits = Object.entries(read).map(([name, limitMs]) => [name, isUnlimited(limitMs) ? Infinity : limitMs])
  return Object.fromEntries(limits) as Record<(typeof ORDER)[number], number>
}

/** The default where it fits; else as far from both limits as the `places` that are to be filled let it be. */
function between(innerMs: number, outerMs: number, defaultMs: number, places: number): number {
  if (innerMs < defaultMs && defaultMs < outerMs) return defaultMs
  return outerMs === Infinity ? innerMs * 2 : innerMs + (outerMs - innerMs) / (places + 1)
}
