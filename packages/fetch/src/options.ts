import type { CircuitBreaker, CircuitBreakerOptions } from '@holdfast/circuit-breaker'
import type { AnyPolicy, CommonOptions } from '@holdfast/core'
import {
  duration,
  type HeaderSource,
  type Identity,
  integer,
  limit,
  oneOf,
  optionalFunction,
  part,
  type Rule,
  readOptions,
  readPolicyOptions,
  rule,
} from '@holdfast/core/kernel'
import type { RetryOptions } from '@holdfast/retry'
import type { TimeoutOptions } from '@holdfast/timeout'

/** What is known of a request before it is sent. */
export interface RequestFacts {
  /** Where it goes, whole. */
  readonly url: URL
  /** In upper case. */
  readonly method: string
  /** Those that the caller gave. */
  readonly headers: HeaderSource
}

/** Options of a policy that gets its clock and its lots from the client. */
type Tuned<Options> = Omit<Options, 'clock' | 'random' | 'phase'>

/** Limits of bodies. */
export interface HttpBodyOptions {
  /** Longest silence in the middle of a response, in milliseconds, above 0. Default 30 000. */
  readonly idleMs?: number | undefined
  /** Bytes of a `Request`'s body that are kept to be sent again, an integer of at least 0. Default 1 048 576. */
  readonly replayBytes?: number | undefined
  /**
   * Bytes that are read of a response which another attempt follows, so that its connection can be used again: an integer
   * of at least 0. Default 131 072.
   */
  readonly drainBytes?: number | undefined
  /** Time that such reading may take, in milliseconds, above 0. Default 1 000. */
  readonly drainMs?: number | undefined
}

/** The options that all clients share. */
export interface HttpOptions extends CommonOptions {
  /** Whose breaker and budget a request goes by. Default: the origin of its URL. */
  readonly keyBy?: ((request: RequestFacts) => string) | undefined
  /** Keys that have a breaker and a budget of their own at a time, an integer of at least 1. Default 1 000. */
  readonly maxKeys?: number | undefined
  /**
   * Limit of the whole call: its options, a policy in its place, or `false`. With `fetch` it bounds methods that read all of
   * a body, too. Default 30 s.
   */
  readonly total?: Partial<Tuned<TimeoutOptions>> | AnyPolicy | false | undefined
  /** Attempts: options in place of the preset's, a policy, or `false`. Default: 3, of what may be repeated. */
  readonly retry?: Tuned<RetryOptions> | AnyPolicy | false | undefined
  /**
   * The breaker of each key: options in place of the preset's, what makes one, a policy for all, or `false`. Default: opens
   * on 5 failures in a row, or when half of at least 20 calls within 10 s fail; for 5 s at most, then 10 s, up to 60 s.
   */
  readonly breaker?: Tuned<CircuitBreakerOptions> | ((key: string) => CircuitBreaker) | AnyPolicy | false | undefined
  /** Limit of an attempt, up to the headers: its options, a policy in its place, or `false`. Default 8 s. */
  readonly attempt?: Partial<Tuned<TimeoutOptions>> | AnyPolicy | false | undefined
  /** Limits of bodies. */
  readonly body?: HttpBodyOptions | undefined
  /**
   * The longest wait that a server may ask for, in milliseconds, at least 0. A longer one ends the attempts, and so does one
   * that would reach the deadline. Default 120 000.
   */
  readonly maxRetryAfterMs?: number | undefined
  /**
   * Whether carrying a request out twice does the same as once. Default: by its method, or its `Idempotency-Key`. Not asked
   * about those that `idempotencyKey` gives a key.
   */
  readonly isIdempotent?: ((request: RequestFacts) => boolean) | undefined
  /**
   * Gives each POST and PATCH an `Idempotency-Key` of its own, equal on all attempts. `auto` sends a quoted string, as the
   * draft has it, `raw` the bare UUID, for servers that are older than that. Default: none is added.
   */
  readonly idempotencyKey?: 'auto' | 'raw' | 'none' | undefined
  /** Sends the number of the attempt, from 1, as `Holdfast-Attempt`. Default `false`. */
  readonly attemptHeader?: boolean | undefined
  /** Sends what is left of the whole call, in milliseconds, as `Holdfast-Deadline-Ms`. Default `false`. */
  readonly deadlineHeader?: boolean | undefined
  /** Where jitter draws from, 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** The options of a client, as read. */
export interface HttpSettings extends Identity {
  /** Whose breaker and budget a request goes by; undefined for the origin of its URL. */
  readonly keyBy: ((request: RequestFacts) => string) | undefined
  /** Keys that have a breaker and a budget of their own at a time. */
  readonly maxKeys: number
  /** Of the total limit: what replaces the preset's. */
  readonly total: NonNullable<HttpOptions['total']>
  /** Of the retry: what replaces the preset's. */
  readonly retry: NonNullable<HttpOptions['retry']>
  /** Of the breakers: what replaces the preset's. */
  readonly breaker: NonNullable<HttpOptions['breaker']>
  /** Of the limit of an attempt: what replaces the preset's. */
  readonly attempt: NonNullable<HttpOptions['attempt']>
  /** Limits of bodies, with their defaults. */
  readonly body: Required<{ [Option in keyof HttpBodyOptions]: number }>
  /** The longest wait that a server may ask for, in milliseconds. */
  readonly maxRetryAfterMs: number
  /** Whether carrying a request out twice does the same as once; undefined for `isIdempotentRequest`. */
  readonly isIdempotent: ((request: RequestFacts) => boolean) | undefined
  /** How a key is sent that POST and PATCH are given, if they are. */
  readonly idempotencyKey: 'auto' | 'raw' | 'none'
  /** Whether to send `Holdfast-Attempt`. */
  readonly attemptHeader: boolean
  /** Whether to send `Holdfast-Deadline-Ms`. */
  readonly deadlineHeader: boolean
  /** Where jitter draws from, 0 up to 1. */
  readonly random: () => number
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A yes or no. */
export function flag(): Rule<boolean> {
  return rule<boolean>('true or false', value => typeof value === 'boolean', false)
}

/** Reads the options that all clients share, and `more`. Throws a `TypeError` or `RangeError` for what makes no sense. */
export function readHttpOptions<R extends Readonly<Record<string, Rule<unknown>>>>(
  kind: string,
  options: unknown,
  more: R,
): HttpSettings & { readonly [Key in keyof R]: R[Key] extends Rule<infer T> ? T : never } {
  const read = readPolicyOptions(kind, options, {
    keyBy: optionalFunction<(request: RequestFacts) => string>(),
    maxKeys: integer(1, 1_000),
    total: part<HttpSettings['total']>('options of a timeout'),
    retry: part<HttpSettings['retry']>('options of a retry'),
    breaker: {
      ...part<HttpSettings['breaker']>('options of a circuit breaker, a function that makes one'),
      accepts: (value: unknown): boolean => value === false || typeof value === 'function' || isObject(value),
    },
    attempt: part<HttpSettings['attempt']>('options of a timeout'),
    body: rule<HttpBodyOptions>('an object', isObject, {}),
    maxRetryAfterMs: duration(0, 120_000),
    isIdempotent: optionalFunction<(request: RequestFacts) => boolean>(),
    idempotencyKey: oneOf<'auto' | 'raw' | 'none'>(['auto', 'raw', 'none'], 'none'),
    attemptHeader: flag(),
    deadlineHeader: flag(),
    random: rule('a function', value => typeof value === 'function', Math.random),
    ...more,
  })
  const body = readOptions(`${read.name}: body`, read.body, {
    idleMs: limit(30_000),
    replayBytes: integer(0, 1_048_576),
    drainBytes: integer(0, 131_072),
    drainMs: limit(1_000),
  })
  return { ...read, body } as never
}
