import { type Bulkhead, type BulkheadEvent, bulkhead } from '@holdfast/bulkhead'
import {
  anyOf,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitEvent,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
} from '@holdfast/circuit-breaker'
import { type AnyPolicy, type Policy, pipeline } from '@holdfast/core'
import { chosen, draw, holdfast, made } from '@holdfast/core/kernel'
import {
  type Backoff,
  exponential,
  type FailedAttempt,
  type RetryBudget,
  type RetryEvent,
  type RetryOptions,
  retry,
  retryBudget,
} from '@holdfast/retry'
import { type TimeoutEvent, timeout } from '@holdfast/timeout'
import { classify } from './classify.ts'
import type { PostgresSettings } from './options.ts'
import { workIn } from './work.ts'

/** What the listeners of a pool's policies are told. */
export type PostgresEvent = TimeoutEvent | RetryEvent | CircuitEvent | BulkheadEvent

/** The policies of a pool. Each way through it has the same retry, breaker and bulkhead. */
export interface PostgresPolicies {
  /** Of a query: total, retry, breaker, bulkhead. */
  readonly query: Policy<never, PostgresEvent>
  /** Of a transaction, which keeps its own time, so that nothing answers while its COMMIT is on its way. */
  readonly transaction: Policy<never, PostgresEvent>
  /** Of a checkout, whose slot is held until its release. */
  readonly connect: Policy<never, PostgresEvent>
  readonly breaker: CircuitBreaker | undefined
  readonly bulkhead: Bulkhead | undefined
}

/** Calls that may wait, for each connection. */
const WAITING_PER_CONNECTION = 10

export function postgresPolicies(settings: PostgresSettings, maxConnections: number): PostgresPolicies {
  const { name, clock, enabled, timeouts } = settings
  const total =
    timeouts.totalMs === Infinity
      ? undefined
      : timeout({ name: `${name}.total`, clock, phase: 'total', timeoutMs: timeouts.totalMs })
  expectKind(name, 'breaker', settings.breaker, 'circuit-breaker')
  expectKind(name, 'bulkhead', settings.bulkhead, 'bulkhead')
  const retrying = made(settings.retry, given => postgresRetry(settings, given))
  const breaker = made(settings.breaker, given =>
    circuitBreaker(
      chosen({ name: `${name}.breaker`, clock, random: settings.random, ...breakerDefaults(maxConnections) }, given),
    ),
  ) as CircuitBreaker | undefined
  const slots = made(settings.bulkhead, given =>
    bulkhead(
      chosen(
        {
          name: `${name}.bulkhead`,
          clock,
          maxConcurrent: maxConnections,
          maxQueued: maxConnections * WAITING_PER_CONNECTION,
          maxWaitMs: timeouts.acquireMs,
        },
        given,
      ),
    ),
  ) as Bulkhead | undefined

  const through = (suffix: string, members: readonly (AnyPolicy | undefined)[]): Policy<never, PostgresEvent> => {
    const given = members.filter(member => member !== undefined)
    return pipeline(...given, { name: `${name}${suffix}`, clock, enabled }) as Policy<never, PostgresEvent>
  }
  return {
    query: through('', [total, retrying, breaker, slots]),
    transaction: through('.transaction', [retrying, breaker, slots]),
    connect: through('.connect', [total, retrying, breaker]),
    breaker,
    bulkhead: slots,
  }
}

/** Of these two, the pool needs more than a policy has. */
function expectKind(name: string, option: string, given: object | false, kind: string): void {
  if (given === false || !(holdfast in given)) return
  const policy = given as AnyPolicy
  if (policy.kind !== kind) throw new TypeError(`${name}: ${option} must be a ${kind}, got a ${policy.kind}`)
}

const LEAST_FAILURES = 5

const breakerDefaults = (maxConnections: number): CircuitBreakerOptions => ({
  trip: anyOf(
    // A server that restarts ends all connections at once, and the next attempts may succeed: these must fail, too.
    consecutiveFailures(Math.max(LEAST_FAILURES, 2 * maxConnections)),
    failureRate({ threshold: 0.5, windowMs: 10_000, minCalls: 20 }),
  ),
  // A database that restarts is back within seconds.
  openMs: ({ trips }) => Math.min(30_000, 1_000 * 2 ** (trips - 1)),
  // An error of SQL is an answer: the database is well.
  handles: ({ error, call }) => classify(error).isUnhealthy && workIn(call)?.isMet(error) !== false,
})

function postgresRetry({ name, clock, random, timeouts }: PostgresSettings, given: RetryOptions): AnyPolicy {
  const { delayFor } = given
  const preset = {
    name: `${name}.retry`,
    clock,
    random,
    maxAttempts: 5,
    budget: outageBudget(),
    backoff: postgresBackoff,
    handles: ({ error, call }: FailedAttempt) => workIn(call)?.mayRepeat(error) ?? false,
  }
  return retry({
    ...chosen(preset, given),
    // A transaction keeps its own time, and its waits must fit into it all the same.
    delayFor: failed => {
      const delayMs = delayFor?.(failed) ?? failed.delayMs
      const leftMs = workIn(failed.call)?.remainingMs() ?? timeouts.totalMs
      return delayMs >= leftMs ? Infinity : delayMs
    },
  })
}

/** Bounds what is repeated while the database is in trouble, and not what is because two transactions have met. */
function outageBudget(): RetryBudget {
  const budget = retryBudget()
  return {
    remaining: clock => budget.remaining(clock),
    deposit: (clock, call) => budget.deposit(clock, call),
    withdraw: (clock, call) =>
      (call !== undefined && workIn(call)?.wasConflict === true) || budget.withdraw(clock, call),
  }
}

const outage = exponential({ firstMs: 100, maxMs: 5_000 })
const crowded = exponential({ firstMs: 500, maxMs: 10_000 })

/** What collided is over soon, as the drivers of MongoDB have it: rand · min(5 · 1.5ⁿ, 500) ms. */
const CONFLICT_FIRST_MS = 5
const CONFLICT_GROWTH = 1.5
const CONFLICT_LONGEST_MS = 500

const postgresBackoff: Backoff = Object.assign(
  ((facts): number => {
    const { kind, code, outside } = classify(facts.error)
    if (outside === 'repeat once') return 0
    // too_many_connections: those who hold them must end first.
    if (code === '53300') return crowded(facts)
    if (kind !== 'rolled back') return outage(facts)
    const longestMs = Math.min(CONFLICT_FIRST_MS * CONFLICT_GROWTH ** facts.attempt, CONFLICT_LONGEST_MS)
    return draw(facts.random) * longestMs
  }) as Backoff,
  { longestMs: crowded.longestMs },
)
