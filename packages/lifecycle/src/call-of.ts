import { isAbandoned, type ServerAnswer, type ServerRequest, whenOver } from './exchange.ts'
import { type CallOptions, callFor, type ServerCall } from './server-call.ts'

/**
 * What a server does for one request of node:http, https or http2, and of Express. Made when it is asked for first, as
 * soon as the request is there: later calls for the same request return the same, whatever their options.
 *
 * Throws a `TypeError` for options that make no sense.
 *
 * @example
 * const { signal, deadline } = callOf(request, response, { deadlineHeader: true, lifecycle: life })
 * const stock = await api('https://stock.example/kelp', { signal, deadline })
 */
export function callOf(request: ServerRequest, response: ServerAnswer, options?: CallOptions): ServerCall {
  const exchange = () => ({
    headers: request.headers,
    isAbandoned: () => isAbandoned(request, response),
    whenOver: (listener: () => void) => whenOver(request, response, listener),
  })
  return callFor(request, exchange, options)
}
