import type { Call, CommonOptions, ResultPredicate } from '@holdfast/core'
import { draw, type Identity, integer, optionalFunction, readPolicyOptions, rule } from '@holdfast/core/kernel'
import { type Backoff, exponential } from './backoff.ts'
import { type RetryBudget, retryBudget } from './budget.ts'

/** What a callback of a retry is told of the attempt that failed. */
export interface FailedAttempt {
  /** What it threw; undefined when its result was judged a failure. */
  readonly error: unknown
  /** Its result, when that was judged a failure. */
  readonly result: unknown
  /** Its number, from 1. */
  readonly attempt: number
  /** The call around all attempts. */
  readonly call: Call
}

/** Takes a result. A method, so that it may take the type of the results: `(response: Response) => …` is accepted. */
export type ResultReceiver = { receive(result: unknown): unknown }['receive']

/** Options of `retry`. */
export interface RetryOptions extends CommonOptions {
  /**
   * How often the operation is called at most, the first call included: an integer of at least 1, or Infinity. Default
   * 3.
   */
  readonly maxAttempts?: number | undefined
  /** How long to wait between attempts. Default `exponential()`: full jitter, 100 ms, doubling, at most 20 s. */
  readonly backoff?: Backoff | undefined
  /**
   * Whether an error may be retried. Never asked about an abort from outside, an error marked `permanent`, or the
   * rejection of a policy that protects: these are not retried. Default: all others are.
   */
  readonly handles?: ((failed: FailedAttempt) => boolean) | undefined
  /**
   * Whether a result is a failure, to be retried. After the last attempt it is returned all the same. Default: none.
   */
  readonly handlesResult?: ResultPredicate | undefined
  /**
   * A delay in milliseconds in place of that of the backoff, at least 0, such as a Retry-After; undefined for the
   * latter.
   */
  readonly delayFor?: ((failed: FailedAttempt & { readonly delayMs: number }) => number | undefined) | undefined
  /** Awaited after the delay, before the next attempt: to refresh a token. What it throws ends the run. */
  readonly beforeRetry?: ((failed: FailedAttempt) => unknown) | undefined
  /**
   * Receives a result that was judged a failure as soon as another attempt is certain: nobody else will get it. An
   * unread `Response` holds its connection, for one. What it throws is reported. Default: the result is just dropped.
   */
  readonly discard?: ResultReceiver | undefined
  /**
   * Bounds retries to a share of the calls; may be shared with others; `false` for none. Default: a `retryBudget()` of
   * its own.
   */
  readonly budget?: RetryBudget | false | undefined
  /** Where jitter draws from, 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** The options of one retry, as read. */
export interface RetrySettings extends Identity {
  readonly maxAttempts: number
  readonly backoff: Backoff
  readonly handles: RetryOptions['handles']
  readonly handlesResult: RetryOptions['handlesResult']
  readonly delayFor: RetryOptions['delayFor']
  readonly beforeRetry: RetryOptions['beforeRetry']
  readonly discard: RetryOptions['discard']
  readonly budget: RetryBudget | false
  readonly random: () => number
}

const isBudget = (value: unknown): boolean =>
  value === false ||
  ['remaining', 'deposit', 'withdraw'].every(
    method => typeof (value as Record<string, unknown> | null)?.[method] === 'function',
  )

export function readRetryOptions(options: RetryOptions | undefined): RetrySettings {
  const { backoff, budget, random, ...settings } = readPolicyOptions('retry', options, {
    maxAttempts: integer(1, 3),
    backoff: optionalFunction<Backoff>(),
    handles: optionalFunction<NonNullable<RetryOptions['handles']>>(),
    handlesResult: optionalFunction<NonNullable<RetryOptions['handlesResult']>>(),
    delayFor: optionalFunction<NonNullable<RetryOptions['delayFor']>>(),
    beforeRetry: optionalFunction<NonNullable<RetryOptions['beforeRetry']>>(),
    discard: optionalFunction<ResultReceiver>(),
    budget: rule<RetryBudget | false | undefined>('false or a budget made by retryBudget', isBudget, undefined),
    random: rule('a function', value => typeof value === 'function', Math.random),
  })
  return { ...settings, backoff: backoff ?? exponential(), budget: budget ?? retryBudget(), random: () => draw(random) }
}
