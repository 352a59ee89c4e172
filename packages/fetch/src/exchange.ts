import type { Call, CallContext } from '@holdfast/core'
import type { HeaderSource } from '@holdfast/core/kernel'
import { classify, isReset } from './failures.ts'
import { repeatsError, repeatsStatus } from './may-repeat.ts'
import { isRefusal, isTransientStatus } from './statuses.ts'

/** What policies and their callbacks may know of the request that a call is for: see `requestOf`. */
export interface HttpExchange {
  /** Whose breaker and budget it goes by: the origin, unless `keyBy` says otherwise. */
  readonly key: string
  /** In upper case. */
  readonly method: string
}

/** A response of any client: all that is judged of it. */
export interface HttpAnswer {
  /** Its status code. */
  readonly status: number
  /** Its headers, as the client has them. */
  readonly headers: HeaderSource
}

/** An idempotent request that meets this is still being carried out (draft-ietf-httpapi-idempotency-key-header §2.7). */
const STILL_RUNNING = 409

/** One request and all of its attempts: decides whether there may be another one. Clients tell what they know. */
export abstract class Exchange implements HttpExchange {
  /** Whose breaker and budget it goes by. */
  abstract readonly key: string
  /** In upper case. */
  abstract readonly method: string
  /** Attempts that have begun. */
  attempts = 0
  /** Whether one has failed so that it may have been carried out all the same. */
  private isUncertain = false
  private hadReset = false
  private hadNotFound = false

  /** Whether carrying it out twice does the same as once. */
  abstract isIdempotent(): boolean
  /** Whether the server knows it by an `Idempotency-Key`. */
  abstract hasIdempotencyKey(): boolean
  /** Whether its body can be sent once more, to the last byte. */
  abstract canResend(): boolean

  /** Whether an attempt that failed with this error may be followed by another one. Asked once for each. */
  repeatsAfterError(error: unknown): boolean {
    const { kind, code } = classify(error)
    if (kind === 'ambiguous') this.isUncertain = true
    // A name that is not there will hardly be there a second later; once, for a resolver that hiccups.
    if (code === 'ENOTFOUND') {
      if (this.hadNotFound) return false
      this.hadNotFound = true
    }
    return repeatsError(error, () => this.isIdempotent())
  }

  /** Whether an attempt that got this answer may be followed by another one. Asked once for each. */
  repeatsAfterAnswer({ status }: HttpAnswer): boolean {
    if (status === STILL_RUNNING) return this.isUncertain && this.hasIdempotencyKey()
    if (isTransientStatus(status) && !isRefusal(status)) this.isUncertain = true
    return repeatsStatus(status, () => this.isIdempotent())
  }

  /**
   * The last word on a failure that is to be followed by another attempt, the `maxAttempts`th at most. Remembers where the
   * body was all that stood in the way.
   */
  allowsResending(failure: unknown, maxAttempts: number): boolean {
    if (this.attempts >= maxAttempts || this.canResend()) return true
    if (typeof failure === 'object' && failure !== null) stoppedByBody.add(failure)
    return false
  }

  /** True once, of the first connection that broke: it was most likely idle for too long, and a new one is not. */
  isFirstReset(error: unknown): boolean {
    if (this.hadReset || !isReset(classify(error))) return false
    this.hadReset = true
    return true
  }
}

/** Errors and responses that would have been followed by another attempt, had the body been there to send. */
const stoppedByBody = /* @__PURE__ */ new WeakSet<object>()

export function isStoppedByBody(errorOrAnswer: object): boolean {
  return stoppedByBody.has(errorOrAnswer)
}

/** Which request an answer is for: predicates about results are told nothing else. */
const exchanges = /* @__PURE__ */ new WeakMap<object, Exchange>()

/** Remembers what `answer` belongs to. Needed of all that may be followed by another attempt. */
export function remember(answer: HttpAnswer, exchange: Exchange): void {
  exchanges.set(answer, exchange)
}

export function exchangeOfAnswer(answer: object): Exchange | undefined {
  return exchanges.get(answer)
}

/** What clients give to their calls as a context, with that of the caller. */
export interface HttpContext extends CallContext {
  /** The request that the call is for. */
  readonly http: Exchange
}

/** The exchange that a call of a client is for. */
export function exchangeOf({ context }: Call): Exchange {
  return (context as HttpContext).http
}

/**
 * The request that a call is for, in a callback of a policy of `@holdfast/fetch` or `@holdfast/undici`; undefined for calls
 * of others.
 *
 * @example
 * resilientFetch({ retry: { handles: ({ error, call }) => requestOf(call)?.method === 'GET' && isNetworkError(error) } })
 */
export function requestOf({ context }: Call): HttpExchange | undefined {
  return (context as Partial<HttpContext>).http
}
