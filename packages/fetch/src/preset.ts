import {
  anyOf,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
} from '@holdfast/circuit-breaker'
import { type AnyPolicy, type Call, type Keyed, type KeyedEvent, keyed, type Policy, pipeline } from '@holdfast/core'
import { chosen, decides, draw, holdfast, made } from '@holdfast/core/kernel'
import { exponential, type FailedAttempt, type RetryEvent, type RetryOptions, retry } from '@holdfast/retry'
import { type TimeoutEvent, timeout } from '@holdfast/timeout'
import { budgetByKey } from './budget-by-key.ts'
import { exchangeOf, exchangeOfAnswer, type HttpAnswer } from './exchange.ts'
import { isMistake } from './failures.ts'
import type { HttpSettings } from './options.ts'
import { retryAfterMs } from './retry-after.ts'
import { isFailureStatus } from './statuses.ts'

/** What the listeners of a client's policies are told. */
export type HttpEvent = TimeoutEvent | RetryEvent | KeyedEvent | CircuitEvent

/** The policies of a client. */
export interface HttpPolicies {
  /** All of them, outermost first: total, retry, breaker, attempt. */
  readonly policy: Policy<never, HttpEvent>
  /** The breakers by key; undefined where there is none, or one for all. */
  readonly breakers: Keyed<string, CircuitBreaker> | undefined
  /** The breaker of a key, once it has been called; that of all keys, where there is one for all. */
  readonly breakerOf: (key: string) => CircuitBreaker | undefined
  /** The total limit, in milliseconds; Infinity where there is none, or one that differs from call to call. */
  readonly totalMs: number
  /** Whether answers of all statuses may be followed by another attempt: a predicate of the user's says which. */
  readonly judgesAll: boolean
  /** False where nothing is ever sent twice, so that no body need be kept. */
  readonly mayRepeat: boolean
}

/** A rate limit takes longer to pass than a fault: where the server does not say how long, waits begin with this. */
const THROTTLED_FIRST_MS = 500

/** Servers that name a time name it to many: waits are up to half as long again, never shorter (as Envoy has it). */
const SPREAD = 0.5

/**
 * Makes the policies of a client. `discard` is called for an answer that another attempt follows, to free its
 * connection.
 */
export function httpPolicies(settings: HttpSettings, discard: (answer: HttpAnswer) => unknown): HttpPolicies {
  const { name, clock, enabled } = settings
  const total = made(settings.total, given =>
    timeout(chosen({ name: `${name}.total`, clock, phase: 'total', timeoutMs: 30_000 }, given)),
  )
  const retrying = made(settings.retry, given => httpRetry(settings, given, discard))
  const breaking = breakersOf(settings)
  const attempt = made(settings.attempt, given =>
    timeout(chosen({ name: `${name}.attempt`, clock, phase: 'attempt', timeoutMs: 8_000 }, given)),
  )
  const members = [total, retrying, breaking, attempt].filter(member => member !== undefined)
  const breakers = breaking?.kind === 'keyed' ? (breaking as Keyed<string, CircuitBreaker>) : undefined
  return {
    policy: pipeline(...members, { name, clock, enabled }) as Policy<never, HttpEvent>,
    breakers,
    breakerOf: key => (breakers === undefined ? asBreaker(breaking) : breakers.get(key)),
    totalMs: total?.[holdfast].traits?.timeoutMs ?? Infinity,
    judgesAll: settings.retry !== false && 'handlesResult' in settings.retry,
    mayRepeat: retrying !== undefined || [total, breaking, attempt].some(member => isGiven(settings, member)),
  }
}

/** Whether a member is a policy of the user's, which may be a retry itself. */
const isGiven = ({ total, breaker, attempt }: HttpSettings, member: AnyPolicy | undefined): boolean =>
  member !== undefined && [total, breaker, attempt].includes(member)

function breakersOf(settings: HttpSettings): AnyPolicy | undefined {
  const { name, breaker, clock, maxKeys, random } = settings
  if (breaker === false) return undefined
  if (typeof breaker !== 'function' && holdfast in breaker) return breaker
  const defaults = { name: `${name}.breaker`, clock, random, ...breakerDefaults }
  return keyed<string, CircuitBreaker>({
    name: `${name}.breakers`,
    clock,
    maxKeys,
    by: call => exchangeOf(call).key,
    make: typeof breaker === 'function' ? breaker : breakersWith(chosen(defaults, breaker)),
  })
}

/** The first is made at once, so that bad options are told now, and not at the first call. */
function breakersWith(options: CircuitBreakerOptions): () => CircuitBreaker {
  let first: CircuitBreaker | undefined = circuitBreaker(options)
  return () => {
    const breaker = first ?? circuitBreaker(options)
    first = undefined
    return breaker
  }
}

const asBreaker = (policy: AnyPolicy | undefined): CircuitBreaker | undefined =>
  policy?.kind === 'circuit-breaker' ? (policy as CircuitBreaker) : undefined

const breakerDefaults = {
  trip: anyOf(consecutiveFailures(5), failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 20 })),
  openMs: ({ trips }: { readonly trips: number }): number => Math.min(60_000, 5_000 * 2 ** (trips - 1)),
  handlesResult: ({ status }: HttpAnswer): boolean => isFailureStatus(status),
  // A server that limits its callers is well.
  ignoresResult: ({ status }: HttpAnswer): boolean => status === 429,
  ignores: ({ error }: { readonly error: unknown }): boolean => isMistake(error),
}

function httpRetry(settings: HttpSettings, given: RetryOptions, discard: (answer: HttpAnswer) => unknown): Policy {
  const { name, clock, maxKeys, random } = settings
  const defaults = {
    name: `${name}.retry`,
    clock,
    random,
    maxAttempts: 3,
    budget: budgetByKey(call => exchangeOf(call as Call).key, maxKeys),
    delayFor: delayNamed(settings),
  }
  const options = chosen(defaults, given)
  const { maxAttempts } = options
  const { handles, handlesResult, discard: discardToo } = given
  return retry({
    ...options,
    // What the user's own predicates repeat, too, needs a body that can be sent once more.
    handles: inPlaceOf(handles, (failed: FailedAttempt) => {
      const exchange = exchangeOf(failed.call)
      const isRepeated =
        handles === undefined
          ? exchange.repeatsAfterError(failed.error)
          : decides(options.name, 'handles', handles(failed))
      return isRepeated && exchange.allowsResending(failed.error, maxAttempts)
    }),
    handlesResult: inPlaceOf(handlesResult, (answer: HttpAnswer) => {
      const exchange = exchangeOfAnswer(answer)
      if (exchange === undefined) return false
      const isRepeated =
        handlesResult === undefined
          ? exchange.repeatsAfterAnswer(answer)
          : decides(options.name, 'handlesResult', handlesResult(answer))
      return isRepeated && exchange.allowsResending(answer, maxAttempts)
    }),
    discard: inPlaceOf(discardToo, (answer: HttpAnswer) => {
      discard(answer)
      discardToo?.(answer)
    }),
  })
}

/** What is no function is handed on as it is, for the retry to tell of. */
function inPlaceOf<F>(given: unknown, own: F): F {
  return given === undefined || typeof given === 'function' ? own : (given as F)
}

/** What the server asks for, at once after a connection that had just been idle, and longer waits for a rate limit. */
function delayNamed({ clock, random, maxRetryAfterMs }: HttpSettings): NonNullable<RetryOptions['delayFor']> {
  const throttled = exponential({ firstMs: THROTTLED_FIRST_MS })
  return ({ error, result, attempt, call }) => {
    if (result === undefined) return exchangeOf(call).isFirstReset(error) ? 0 : undefined
    const answer = result as HttpAnswer
    const askedMs = retryAfterMs(answer, clock.epochMs())
    if (askedMs !== undefined) return spread(askedMs, Math.min(maxRetryAfterMs, call.remainingMs()), random)
    const facts = { attempt, error, call, previousMs: undefined, random: () => draw(random) }
    return answer.status === 429 ? throttled(facts) : undefined
  }
}

/** Never shorter than asked, and never so long that there is no time left for the attempt: Infinity where there is none. */
function spread(askedMs: number, longestMs: number, random: () => number): number {
  if (askedMs > longestMs || askedMs === Infinity) return Infinity
  return askedMs + draw(random) * Math.min(askedMs * SPREAD, (longestMs - askedMs) / 2)
}
