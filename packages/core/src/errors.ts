import type { UnknownOutcomeError } from './unknown-outcome-error.ts'

/**
 * What the rejections of policies have in common. Match on `code`: classes differ between installed copies. Name and
 * message are made when they are read, as an open circuit may reject 100 000 times a second.
 */
export abstract class HoldfastError extends Error {
  /** The stable code, to match on. */
  abstract readonly code: HoldfastErrorCode
  /** Name of the policy that rejected. */
  readonly policy: string

  constructor(policy: string, options?: ErrorOptions) {
    super(undefined, options)
    this.policy = policy
  }

  /** The message, after the name of the policy. */
  protected abstract describe(): string

  /** The name of the class, such as `TimeoutError`. */
  override get name(): string {
    return names[this.code]
  }

  override set name(name: string) {
    overwrite(this, 'name', name)
  }

  /** Who, what, and what next: `catalogue: circuit is open, next probe in 4200 ms`. */
  override get message(): string {
    return `${this.policy}: ${this.describe()}`
  }

  override set message(message: string) {
    overwrite(this, 'message', message)
  }
}

/** A limit passed: that of a `timeout`, or the `timeoutMs` given to `run`. */
export class TimeoutError extends HoldfastError {
  readonly code = 'ERR_HOLDFAST_TIMEOUT'
  /** The limit that passed, in milliseconds. */
  readonly timeoutMs: number
  /** What the limit is for: `run` of the `timeoutMs` given to `run`; of a `timeout`, what its option says. */
  readonly phase: string | undefined

  constructor(policy: string, timeoutMs: number, phase?: string) {
    super(policy)
    this.timeoutMs = timeoutMs
    this.phase = phase
  }

  protected override describe(): string {
    return `no answer within ${this.timeoutMs} ms`
  }
}

/** A circuit breaker did not let the call through: the operation was not called. */
export class CircuitOpenError extends HoldfastError {
  readonly code = 'ERR_HOLDFAST_CIRCUIT_OPEN'
  /** Milliseconds until the next probe may run; 0 while all probes are taken, Infinity where only a hand closes it. */
  readonly retryAfterMs: number
  /** True when the circuit was opened by hand, and stays open until it is closed by hand. */
  readonly isolated: boolean

  constructor(policy: string, facts: { readonly retryAfterMs: number; readonly isolated: boolean }) {
    super(policy)
    this.retryAfterMs = facts.retryAfterMs
    this.isolated = facts.isolated
  }

  protected override describe(): string {
    if (this.isolated) return 'circuit is isolated until it is closed by hand'
    if (this.retryAfterMs === 0) return 'circuit is half-open, all probes are taken'
    if (this.retryAfterMs === Infinity) return 'circuit is open until it is closed by hand'
    return `circuit is open, next probe in ${Math.ceil(this.retryAfterMs)} ms`
  }
}

/** A bulkhead had neither a slot nor a place in its queue, or the wait in it was too long. */
export class BulkheadFullError extends HoldfastError {
  readonly code = 'ERR_HOLDFAST_BULKHEAD_FULL'
  /** Calls that held a slot. */
  readonly active: number
  /** Calls that waited for one. */
  readonly queued: number

  constructor(policy: string, facts: { readonly active: number; readonly queued: number }) {
    super(policy)
    this.active = facts.active
    this.queued = facts.queued
  }

  protected override describe(): string {
    return `bulkhead is full, ${this.active} active and ${this.queued} queued; try later or elsewhere`
  }
}

/** A rate limiter did not let the call through. No policy of these packages makes one: it is for those of others. */
export class RateLimitedError extends HoldfastError {
  readonly code = 'ERR_HOLDFAST_RATE_LIMITED'
  /** Milliseconds until a call may be admitted. */
  readonly retryAfterMs: number

  constructor(policy: string, retryAfterMs: number) {
    super(policy)
    this.retryAfterMs = retryAfterMs
  }

  protected override describe(): string {
    return `rate limit reached, next call in ${Math.ceil(this.retryAfterMs)} ms`
  }
}

/** The stable codes of Holdfast's own rejections, and what each one is. */
export interface HoldfastErrors {
  readonly ERR_HOLDFAST_TIMEOUT: TimeoutError
  readonly ERR_HOLDFAST_CIRCUIT_OPEN: CircuitOpenError
  readonly ERR_HOLDFAST_BULKHEAD_FULL: BulkheadFullError
  readonly ERR_HOLDFAST_RATE_LIMITED: RateLimitedError
  readonly ERR_HOLDFAST_UNKNOWN_OUTCOME: UnknownOutcomeError
}

/** The code of one of Holdfast's own rejections. */
export type HoldfastErrorCode = keyof HoldfastErrors

/**
 * True of an error that a policy made, of any copy of the library; with `code`, only of that kind.
 *
 * @example
 * if (isHoldfastError(error, 'ERR_HOLDFAST_CIRCUIT_OPEN')) {
 *   response.setHeader('Retry-After', Math.ceil(error.retryAfterMs / 1_000))
 * }
 */
export function isHoldfastError<C extends HoldfastErrorCode>(error: unknown, code?: C): error is HoldfastErrors[C] {
  const found = codeOf(error)
  return code === undefined ? isCode(found) : found === code
}

/**
 * True of a rejection that protects (circuit open, bulkhead full, rate limited): the operation was not called, and
 * calling again at once would not help. No retry repeats it, and no breaker counts it.
 */
export function isProtective(error: unknown): boolean {
  const code = codeOf(error)
  return code !== 'ERR_HOLDFAST_TIMEOUT' && code !== 'ERR_HOLDFAST_UNKNOWN_OUTCOME' && isCode(code)
}

const names: Readonly<Record<HoldfastErrorCode, string>> = {
  ERR_HOLDFAST_TIMEOUT: 'TimeoutError',
  ERR_HOLDFAST_CIRCUIT_OPEN: 'CircuitOpenError',
  ERR_HOLDFAST_BULKHEAD_FULL: 'BulkheadFullError',
  ERR_HOLDFAST_RATE_LIMITED: 'RateLimitedError',
  ERR_HOLDFAST_UNKNOWN_OUTCOME: 'UnknownOutcomeError',
}

const isCode = (code: unknown): boolean => typeof code === 'string' && Object.hasOwn(names, code)

/** Frameworks put what they know into the message of an error; that is then its own. */
function overwrite(error: Error, member: 'name' | 'message', value: string): void {
  Object.defineProperty(error, member, { value, writable: true, configurable: true })
}

/** The error may be anything, from any realm, with accessors of its own. */
function codeOf(error: unknown): unknown {
  let code: unknown
  try {
    code = (error as { code?: unknown }).code
  } catch {
    // It has no members, or one that throws.
  }
  return code
}

const settled = /* @__PURE__ */ Promise.resolve()

/**
 * A promise that rejects with what `make` returns. Thrown by a handler: a promise that is rejected before anybody
 * listens costs several times as much, since the platform keeps a list of those.
 */
export function rejectWith(make: () => Error): Promise<never> {
  return settled.then(() => {
    throw stackless(make)
  })
}

/**
 * Makes an error without a stack trace, which would cost some µs and show nothing but timers and the kernel. The limit
 * is process-wide, so it is restored whatever happens; `Reflect.set` because it may have been frozen.
 */
export function stackless<E extends Error>(make: () => E): E {
  const limit: unknown = Reflect.get(Error, 'stackTraceLimit')
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return make()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}
