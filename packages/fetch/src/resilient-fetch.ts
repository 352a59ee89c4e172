import type { CircuitBreaker } from '@holdfast/circuit-breaker'
import { type Keyed, type Policy, TimeoutError } from '@holdfast/core'
import { optionalFunction } from '@holdfast/core/kernel'
import { discardResponse } from './discard-response.ts'
import type { HttpContext } from './exchange.ts'
import {
  type Fetch,
  type FetchClient,
  FetchExchange,
  type FetchInput,
  noInit,
  type ResilientInit,
} from './fetch-exchange.ts'
import { flag, type HttpOptions, readHttpOptions } from './options.ts'
import { type HttpEvent, httpPolicies } from './preset.ts'
import { HttpStatusError } from './status-error.ts'
import { watchResponse } from './watched-response.ts'

/** Options of `resilientFetch`. */
export interface ResilientFetchOptions extends HttpOptions {
  /** What makes the requests. Default: the platform's `fetch`, as it is at each call. */
  readonly fetch?: Fetch | undefined
  /** Rejects with an `HttpStatusError` where the last response is not `ok`. Default `false`: as with `fetch`, it resolves. */
  readonly throwsOnStatus?: boolean | undefined
}

/** A `fetch` with its policies. */
export interface ResilientFetch {
  /** Makes a request, with all the attempts that it takes. Rejects, and never throws at once. */
  (input: FetchInput, init?: ResilientInit): Promise<Response>
  /** All policies, outermost first: total, retry, breakers, attempt. */
  readonly policy: Policy<never, HttpEvent>
  /** The breakers by key; undefined where there is none, or one for all. */
  readonly breakers: Keyed<string, CircuitBreaker> | undefined
  /** The breaker of a key, such as `https://api.example`, once it has been called. */
  readonly breakerOf: (key: string) => CircuitBreaker | undefined
}

/**
 * A function with the type of `fetch` that repeats what may be repeated, gives up in time, and leaves origins alone that
 * are down. It answers with what the last attempt brought, a response or the error itself.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const api = resilientFetch({ name: 'catalogue', total: { timeoutMs: 5_000 }, attempt: { timeoutMs: 1_000 } })
 * const response = await api('https://api.example/products/kelp', { signal })
 */
export function resilientFetch(options?: ResilientFetchOptions): ResilientFetch {
  const settings = readHttpOptions('fetch', options, { fetch: optionalFunction<Fetch>(), throwsOnStatus: flag() })
  const { name, clock, body, throwsOnStatus } = settings
  const discard = (response: unknown): void => discardResponse(response as Response, { ...body, clock })
  const policies = httpPolicies(settings, discard)
  const client: FetchClient = { ...policies, settings }
  const { policy, breakers, breakerOf } = policies

  /** What the caller gets: its body goes on to be watched. */
  const answered = (exchange: FetchExchange, response: Response): Response => {
    const { signal, controller, deadlineMs, limitMs, isOfCaller, key } = exchange
    // A policy of the user's may have answered with something else.
    if (response === exchange.response && controller !== undefined) {
      const onBroken = (): void => breakerOf(key)?.record('failure')
      const limits = { idleMs: body.idleMs, deadlineMs, limitMs, isOfCaller }
      watchResponse(response, { name, clock, ...limits, controller, signal, onBroken })
    }
    if (throwsOnStatus && !response.ok) throw new HttpStatusError(name, response)
    return response
  }

  const run = (input: FetchInput, init: ResilientInit | undefined): Promise<Response> => {
    const exchange = new FetchExchange(client, input, init ?? noInit)
    const { signal, timeoutMs } = exchange
    const failed = (error: unknown): never => {
      exchange.release(error)
      throw error
    }
    if (timeoutMs <= 0) return failed(new TimeoutError(name, 0, 'run'))
    const context: HttpContext = { ...init?.context, http: exchange }
    return policy
      .run(call => exchange.send(call), { signal, timeoutMs, context, discard })
      .then(response => answered(exchange, response), failed)
  }

  const fetch = (input: FetchInput, init?: ResilientInit): Promise<Response> => {
    try {
      return run(input, init)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  return Object.assign(fetch, { policy, breakers, breakerOf })
}
