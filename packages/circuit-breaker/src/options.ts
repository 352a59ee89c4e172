import type { Call, CommonOptions, ResultPredicate } from '@holdfast/core'
import {
  type Identity,
  integer,
  limit,
  oneOf,
  optionalFunction,
  type Rule,
  readOptions,
  readPolicyOptions,
  rule,
} from '@holdfast/core/kernel'
import { consecutiveFailures, type Trip } from './trips.ts'

/** What predicates are told of an error. */
export interface CircuitFailure {
  /** What the operation, or a policy inside, rejected with. */
  readonly error: unknown
  /** The attempt that it happened in, from 1. */
  readonly attempt: number
  /** The call around it. */
  readonly call: Call
}

/** How a circuit finds out that its dependency is back. */
export interface HalfOpenOptions {
  /** Probes that may run at once, an integer of at least 1. Default 1. */
  readonly probes?: number | undefined
  /** Probes that must succeed for the circuit to close, an integer of at least 1. Default 1. */
  readonly successThreshold?: number | undefined
  /** Probes that must fail for it to open again, an integer of at least 1. Default 1. */
  readonly failureThreshold?: number | undefined
  /**
   * After this time a probe counts as failed and frees its place, in milliseconds, above 0; Infinity is no limit.
   * Default 30 000. The probe itself goes on.
   */
  readonly probeTimeoutMs?: number | undefined
}

/** Options of `circuitBreaker`. */
export interface CircuitBreakerOptions extends CommonOptions {
  /** When to open. Default `consecutiveFailures(5)`. */
  readonly trip?: Trip | undefined
  /**
   * How long it stays open, in milliseconds, at least 0, or a function of how often it has opened since it was last
   * closed. Between half of it and all of it is drawn by lot, so that many processes do not probe at once. With
   * Infinity it stays open until `close` is called. What a function throws is reported, and 5 000 are taken. Default 5
   * 000.
   */
  readonly openMs?: number | ((facts: { readonly trips: number }) => number) | undefined
  /** How it finds out that the dependency is back. Default: by one probe at a time, the first of which decides. */
  readonly halfOpen?: HalfOpenOptions | undefined
  /**
   * Whether an error is a failure of the dependency. Default: all are that are not ignored. The others are successes.
   */
  readonly handles?: ((failure: CircuitFailure) => boolean) | undefined
  /** Whether a result is a failure of the dependency. Default: none. */
  readonly handlesResult?: ResultPredicate | undefined
  /**
   * Whether an error says nothing about the dependency, neither good nor bad. Asked before `handles`. Default: none.
   */
  readonly ignores?: ((failure: CircuitFailure) => boolean) | undefined
  /** Whether a result says nothing about the dependency. Asked before `handlesResult`. Default: none. */
  readonly ignoresResult?: ResultPredicate | undefined
  /** `observe` never rejects, and tells the same events: to try a breaker out. Default `enforce`. */
  readonly mode?: 'enforce' | 'observe' | undefined
  /**
   * What `snapshot()` returned, in this process or another. What is not understood is told by `circuit.restoreFailed`.
   * Default: it starts closed.
   */
  readonly restore?: unknown
  /** Where the jitter of the open time draws from, 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

export interface CircuitSettings extends Identity {
  readonly trip: Trip
  readonly openMs: number | ((facts: { readonly trips: number }) => number)
  readonly halfOpen: Required<{ [Option in keyof HalfOpenOptions]: number }>
  readonly handles: CircuitBreakerOptions['handles']
  readonly handlesResult: CircuitBreakerOptions['handlesResult']
  readonly ignores: CircuitBreakerOptions['ignores']
  readonly ignoresResult: CircuitBreakerOptions['ignoresResult']
  readonly mode: 'enforce' | 'observe'
  readonly restore: unknown
  readonly random: () => number
}

const isOpenTime = (value: unknown): boolean => typeof value === 'function' || (typeof value === 'number' && value >= 0)

const openTime: Rule<CircuitSettings['openMs']> = {
  expected: 'a number of milliseconds, at least 0, or a function that returns one',
  type: 'number',
  accepts: isOpenTime,
  fallback: 5_000,
}

export function readCircuitOptions(options: CircuitBreakerOptions | undefined): CircuitSettings {
  const settings = readPolicyOptions('circuit-breaker', options, {
    trip: rule<Trip>(
      'a trip strategy such as consecutiveFailures(5)',
      value => typeof value === 'function',
      consecutiveFailures(),
    ),
    openMs: openTime,
    halfOpen: rule<HalfOpenOptions>('an object', value => typeof value === 'object' && value !== null, {}),
    handles: optionalFunction<NonNullable<CircuitBreakerOptions['handles']>>(),
    handlesResult: optionalFunction<NonNullable<CircuitBreakerOptions['handlesResult']>>(),
    ignores: optionalFunction<NonNullable<CircuitBreakerOptions['ignores']>>(),
    ignoresResult: optionalFunction<NonNullable<CircuitBreakerOptions['ignoresResult']>>(),
    mode: oneOf(['enforce', 'observe'], 'enforce'),
    restore: rule<unknown>('a snapshot', () => true, undefined),
    random: rule('a function', value => typeof value === 'function', Math.random),
  })
  const halfOpen = readOptions(`${settings.name}: halfOpen`, settings.halfOpen, {
    probes: integer(1, 1),
    successThreshold: integer(1, 1),
    failureThreshold: integer(1, 1),
    probeTimeoutMs: limit(30_000),
  })
  return { ...settings, halfOpen }
}
