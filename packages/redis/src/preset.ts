import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  circuitBreaker,
  failureRate,
} from '@holdfast/circuit-breaker'
import { type AnyPolicy, type Call, type Policy, pipeline } from '@holdfast/core'
import { chosen, decides, made } from '@holdfast/core/kernel'
import { exponential, type RetryEvent, type RetryOptions, retry } from '@holdfast/retry'
import { type TimeoutEvent, type TimeoutOptions, timeout } from '@holdfast/timeout'
import { exchangeOf } from './exchange.ts'
import { classify, type RedisFailureKind } from './failures.ts'
import type { RedisSettings } from './options.ts'
import { Waited } from './waited.ts'

/** What the listeners of a client's policies are told. */
export type RedisEvent = TimeoutEvent | RetryEvent | CircuitEvent

/** The policies of a client. */
export interface RedisPolicies {
  /** All of them, outermost first: total, retry, breaker, command. */
  readonly policy: Policy<never, RedisEvent>
  /** Undefined where there is none, or another policy in its place. */
  readonly breaker: CircuitBreaker | undefined
}

export function redisPolicies(settings: RedisSettings): RedisPolicies {
  const { name, clock, enabled } = settings
  const total = made(settings.total, given => limitOf(settings, 'total', 5_000, given))
  const retrying = made(settings.retry, given => redisRetry(settings, given))
  const breaking = made(settings.breaker, given => redisBreaker(settings, given))
  const command = made(settings.command, given => limitOf(settings, 'command', 1_000, given))
  const members = [total, retrying, breaking, command].filter(member => member !== undefined)
  return {
    policy: pipeline(...members, { name, clock, enabled }) as Policy<never, RedisEvent>,
    breaker: breaking?.kind === 'circuit-breaker' ? (breaking as CircuitBreaker) : undefined,
  }
}

/** A limit that begins when the server itself has had its time to wait. */
function limitOf(
  { name, clock }: RedisSettings,
  phase: 'total' | 'command',
  defaultMs: number,
  given: Partial<TimeoutOptions>,
): AnyPolicy {
  const preset: TimeoutOptions = { name: `${name}.${phase}`, clock, phase, timeoutMs: defaultMs }
  const options: TimeoutOptions = chosen(preset, given)
  const { timeoutMs } = options
  // Bad options are told as they were given, and not as they are below.
  timeout(options)
  if (typeof timeoutMs === 'function')
    return timeout({ ...options, timeoutMs: call => timeoutMs(call) + blockMs(call) })
  return timeout({ ...options, timeoutMs: call => timeoutMs + blockMs(call) })
}

const blockMs = (call: Call): number => exchangeOf(call).blockMs

function redisRetry({ name, clock, random }: RedisSettings, given: RetryOptions): AnyPolicy {
  const preset = {
    name: `${name}.retry`,
    clock,
    random,
    maxAttempts: 3,
    backoff: exponential({ firstMs: 50, maxMs: 2_000 }),
  }
  const options = chosen(preset, given)
  const { handles } = given
  retry(options)
  return retry({
    ...options,
    // The user's own predicate makes repetitions rarer. `idempotent` is what makes them more frequent.
    handles: failed =>
      exchangeOf(failed.call).mayRepeat(failed.error) &&
      (handles === undefined || decides(`${name}.retry`, 'handles', handles(failed))),
  })
}

const failures: ReadonlySet<RedisFailureKind> = new Set(['notExecuted', 'connectionLost', 'timedOut', 'unknownOutcome'])

function redisBreaker({ name, clock, random }: RedisSettings, given: CircuitBreakerOptions): AnyPolicy {
  const preset: CircuitBreakerOptions = {
    name: `${name}.breaker`,
    clock,
    random,
    // No run of failures: a connection that breaks fails all that were on it.
    trip: failureRate({ threshold: 0.5, windowMs: 3_000, minCalls: 10 }),
    // A server that restarts, or a replica that takes over, is there within seconds.
    openMs: ({ trips }) => Math.min(30_000, 1_000 * 2 ** (trips - 1)),
    // Any other error is an answer: the server is well.
    handles: ({ error }) => failures.has(classify(error).kind),
    // Whoever closes a client breaks its connection on purpose.
    ignores: ({ call }) => exchangeOf(call).link.isClosed,
  }
  const options = chosen(preset, given)
  const { ignoresResult } = given
  circuitBreaker(options)
  return circuitBreaker({
    ...options,
    // Time that a command was told to wait is no slowness.
    ignoresResult: (reply: unknown) =>
      reply instanceof Waited ||
      (ignoresResult !== undefined && decides(`${name}.breaker`, 'ignoresResult', ignoresResult(reply))),
  })
}
