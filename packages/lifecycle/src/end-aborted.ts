import { cut, isAbandoned, isOver, type ServerAnswer, type ServerRequest } from './exchange.ts'
import { type Refusal, refusalFor } from './refusal.ts'
import { isBodyWorthReading } from './request-body.ts'

/**
 * Ends a request that failed since it was to end, and not since the service failed: its call was aborted (see `callOf`),
 * the process shuts down, or a policy did not let it through. True when it has; then there is nothing to log, and nothing
 * to send. What it sends: nothing to a client that has gone, 504 when its deadline has passed, 503 with `Retry-After`
 * otherwise. A response that has begun is cut, so that nobody takes it for the whole.
 *
 * @example
 * try {
 *   response.end(await render(callOf(request, response)))
 * } catch (error) {
 *   if (!endAborted(error, request, response)) fail(error, response)
 * }
 */
export function endAborted(error: unknown, request: ServerRequest, response: ServerAnswer): boolean {
  const refusal = refusalFor(error, request, isAbandoned(request, response))
  if (refusal !== undefined) refuse(refusal, request, response)
  return refusal !== undefined
}

/** Answers with `refusal`, where there is somebody to answer. */
export function refuse(refusal: Refusal, request: ServerRequest, response: ServerAnswer): void {
  const { status, body } = refusal
  if (response.writableEnded) return
  if (response.headersSent) return cut(response)
  response.statusCode = status
  if (status === 499 || isOver(request, response)) return cut(response)
  for (const name of OF_ANOTHER_BODY) response.removeHeader(name)
  for (const [name, value] of Object.entries(headersOf(refusal, request))) response.setHeader(name, value)
  // Node counts no bytes where the header was taken away before.
  response.setHeader('content-length', body.length)
  response.end(body)
}

/** What the service may have said of the answer that it meant to give. */
const OF_ANOTHER_BODY = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
]

/** HTTP/2 has no `Connection`; HTTP/1 must end one on which a body is still to come. */
export function headersOf({ headers }: Refusal, request: ServerRequest): Record<string, string> {
  const { connection, ...others } = headers
  if (request.httpVersionMajor >= 2) return others
  return connection === undefined && isBodyWorthReading(request) ? others : { ...others, connection: 'close' }
}
