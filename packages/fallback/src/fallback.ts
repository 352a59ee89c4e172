import type { Call, CommonOptions, FailureFacts, Policy, PolicyEvent, ResultPredicate } from '@holdfast/core'
import {
  decides,
  definePolicy,
  Emitter,
  type Failure,
  failureFacts,
  type KernelCall,
  optionalFunction,
  promised,
  type Runner,
  readPolicyOptions,
  rule,
  through,
} from '@holdfast/core/kernel'

/** What the callbacks of a fallback are told. */
export interface FallbackFacts {
  /** What the operation, or a policy inside, rejected with; undefined when a result was judged a failure. */
  readonly error: unknown
  /** The result that was judged a failure. */
  readonly result: unknown
  /** The attempt that it happened in, from 1. */
  readonly attempt: number
  /** The call around it: hand it to `run` of another policy, and that ends with this one. */
  readonly call: Call
}

/** Options of `fallback`. */
export interface FallbackOptions<Added> extends CommonOptions {
  /** Makes the answer, or a promise of it. What it throws, or rejects with, reaches the caller untouched. */
  readonly to: (failed: FallbackFacts) => PromiseLike<Added> | Added
  /** Whether an error is answered. Never asked about an abort from outside. Default: all are. */
  readonly handles?: ((failed: FallbackFacts) => boolean) | undefined
  /** Whether a result is a failure, to be answered with another. Default: none. */
  readonly handlesResult?: ResultPredicate | undefined
}

/** The caller got the answer of the fallback. */
export interface FallbackUsed extends PolicyEvent, FailureFacts {
  readonly type: 'fallback.used'
}

/** The fallback itself failed; the caller got its error. */
export interface FallbackFailed extends PolicyEvent, FailureFacts {
  readonly type: 'fallback.failed'
  /** What the fallback threw. `error` is what it was to answer. */
  readonly fallbackError: unknown
}

/** The events of a fallback. */
export type FallbackEvent = FallbackUsed | FallbackFailed

/**
 * Answers with something else when the operation fails: a default, a stale copy, another source. What it may answer
 * joins the type of the result.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const prices = await fallback({ to: () => lastKnownPrices }).run(() => fetchPrices())
 */
export function fallback<Added>(options: FallbackOptions<Added>): Policy<Added, FallbackEvent> {
  const { to, handles, handlesResult, ...identity } = readPolicyOptions('fallback', options, {
    to: rule<FallbackOptions<Added>['to']>('a function', value => typeof value === 'function'),
    handles: optionalFunction<NonNullable<FallbackOptions<Added>['handles']>>(),
    handlesResult: optionalFunction<NonNullable<FallbackOptions<Added>['handlesResult']>>(),
  })
  const { name } = identity
  const emitter = new Emitter<FallbackEvent>(identity)

  const answer = (failure: Failure, call: KernelCall): Promise<Added> => {
    // Of a call that was cancelled meanwhile, the caller got another answer.
    const isTold = (): boolean => emitter.isHeard && call.cancelled === undefined
    return promised(() => to(factsOf(failure, call))).then(
      value => {
        if (isTold()) emitter.emit({ type: 'fallback.used', ...failureFacts(failure) }, call)
        return value
      },
      (fallbackError: unknown) => {
        if (isTold()) emitter.emit({ type: 'fallback.failed', fallbackError, ...failureFacts(failure) }, call)
        throw fallbackError
      },
    )
  }

  const link = (next: Runner): Runner =>
    through<KernelCall>(
      {
        enter: call => call,
        onValue:
          handlesResult &&
          ((result, _, call) => {
            if (call.cancelled !== undefined) return result
            return decides(name, 'handlesResult', handlesResult(result)) ? answer({ result }, call) : result
          }),
        onError: (error, _, call) => {
          if (call.cancelled !== undefined) throw error
          if (handles !== undefined && !decides(name, 'handles', handles(factsOf({ error }, call)))) throw error
          return answer({ error }, call)
        },
      },
      next,
    )

  return definePolicy<Added, FallbackEvent, object>({ emitter, link }, {})
}

function factsOf(failure: Failure, call: KernelCall): FallbackFacts {
  return { error: undefined, result: undefined, ...failure, attempt: call.attempt, call }
}
