import type { CircuitBreakerOptions } from '@holdfast/circuit-breaker'
import type { AnyPolicy, CommonOptions } from '@holdfast/core'
import { type Identity, part, readPolicyOptions, rule } from '@holdfast/core/kernel'
import type { RetryOptions } from '@holdfast/retry'
import type { TimeoutOptions } from '@holdfast/timeout'
import type { RedisCommand } from './exchange.ts'
import type { IdempotencyRules } from './idempotent-commands.ts'

/** Options of a policy that gets its clock and its lots from the client. */
type Tuned<Options> = Omit<Options, 'clock' | 'random' | 'phase'>

/** Options of `resilientRedis`. */
export interface ResilientRedisOptions extends CommonOptions {
  /** Limit of all attempts: its options, a policy in its place, or `false`. Default 5 s. */
  readonly total?: Partial<Tuned<TimeoutOptions>> | AnyPolicy | false | undefined
  /**
   * Attempts: options in place of the preset's, a policy, or `false`. Default 3, of what may be repeated. A `handles` of your
   * own is asked besides, and can make repetitions rarer only.
   */
  readonly retry?: Tuned<RetryOptions> | AnyPolicy | false | undefined
  /**
   * The breaker of the server, shared by all views and duplicates: options in place of the preset's, a policy, or `false`.
   * Default: it opens when half of the attempts of 3 s have failed, of at least 10; for 1 s, doubling, up to 30 s.
   */
  readonly breaker?: Tuned<CircuitBreakerOptions> | AnyPolicy | false | undefined
  /** Limit of an attempt, with the time in the client's queue: its options, a policy in its place, or `false`. Default 1 s. */
  readonly command?: Partial<Tuned<TimeoutOptions>> | AnyPolicy | false | undefined
  /**
   * Which commands may be repeated although they may have been executed, by name, in place of what `idempotentCommands` says; or
   * a function that says so for each, undefined for what the table says.
   */
  readonly idempotent?: IdempotencyRules | ((command: RedisCommand) => boolean | undefined) | undefined
  /** Where jitter draws from, 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** The options of a client, as read. */
export interface RedisSettings extends Identity {
  readonly total: NonNullable<ResilientRedisOptions['total']>
  readonly retry: NonNullable<ResilientRedisOptions['retry']>
  readonly breaker: NonNullable<ResilientRedisOptions['breaker']>
  readonly command: NonNullable<ResilientRedisOptions['command']>
  readonly idempotent: NonNullable<ResilientRedisOptions['idempotent']>
  readonly random: () => number
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Throws a `TypeError` or `RangeError` for what makes no sense. */
export function readRedisOptions(options: unknown): RedisSettings {
  const settings = readPolicyOptions('redis', options, {
    total: part<RedisSettings['total']>('options of a timeout'),
    retry: part<RedisSettings['retry']>('options of a retry'),
    breaker: part<RedisSettings['breaker']>('options of a circuit breaker'),
    command: part<RedisSettings['command']>('options of a timeout'),
    idempotent: rule<RedisSettings['idempotent']>(
      'a function, or an object of names with true, false or a function',
      value => typeof value === 'function' || (isObject(value) && Object.values(value as object).every(isRule)),
      {},
    ),
    random: rule('a function', value => typeof value === 'function', Math.random),
  })
  return { ...settings, idempotent: byUpperName(settings.idempotent) }
}

const isRule = (value: unknown): boolean => typeof value === 'boolean' || typeof value === 'function'

/** A copy, too: what the caller does to its object later must not change what is repeated. */
function byUpperName(idempotent: RedisSettings['idempotent']): RedisSettings['idempotent'] {
  if (typeof idempotent === 'function') return idempotent
  return Object.fromEntries(Object.entries(idempotent).map(([name, value]) => [name.toUpperCase(), value]))
}
