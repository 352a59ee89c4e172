import type { HttpOptions, HttpPolicies } from '@holdfast/fetch/http'
import { httpPolicies, readHttpOptions } from '@holdfast/fetch/http'
import type { Dispatcher } from 'undici'
import { DispatchAnswer } from './dispatch-answer.ts'
import { DispatchExchange } from './dispatch-exchange.ts'
import { statusesToHold } from './held-statuses.ts'

/** Options of `resilient`: all may be left out. */
export interface ResilientOptions extends Omit<HttpOptions, 'body'> {
  /** Limits of response bodies. Of request bodies, nothing is kept. */
  readonly body?: Omit<NonNullable<HttpOptions['body']>, 'replayBytes'> | undefined
}

/** An interceptor for `dispatcher.compose`, and what it is made of. */
export interface ResilientInterceptor extends Pick<HttpPolicies, 'policy' | 'breakers' | 'breakerOf'> {
  /** What `compose` calls: gives a dispatcher's `dispatch` its attempts and limits. */
  (dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch
}

/**
 * Makes an interceptor of undici that retries what may be retried, keeps deadlines, and leaves origins alone that fail. Each
 * dispatch goes through a total limit, a retry with a budget, the breaker of its origin and the limit of an attempt. What has
 * been handed to the caller is never retried: all is decided at the headers of a response. Upgrades and CONNECT pass.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * setGlobalDispatcher(new Agent().compose(resilient({ retry: { maxAttempts: 4 } })))
 */
export function resilient(options?: ResilientOptions): ResilientInterceptor {
  const settings = readHttpOptions('undici', options, {})
  const { policy, breakers, breakerOf, totalMs } = httpPolicies(
    settings,
    answer => answer instanceof DispatchAnswer && answer.drop(),
  )
  const client = { settings, policy, breakerOf, totalMs, holds: statusesToHold(settings) }
  const intercept =
    (dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch =>
    (request, handler) =>
      isTunnel(request) ? dispatch(request, handler) : new DispatchExchange(client, dispatch, request, handler).start()
  return Object.assign(intercept, { policy, breakers, breakerOf })
}

/** What becomes a raw connection cannot be judged by a response, nor had a second time. */
const isTunnel = ({ upgrade, method }: Dispatcher.DispatchOptions): boolean => Boolean(upgrade) || method === 'CONNECT'
