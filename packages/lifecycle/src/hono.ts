import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admission } from './admission.ts'
import { callOf as callOfExchange } from './call-of.ts'
import { headersOf } from './end-aborted.ts'
import { isAbandoned } from './exchange.ts'
import { HEALTH_HEADERS, type HealthSource } from './health-handlers.ts'
import { type HealthPaths, probesOf } from './health-paths.ts'
import { type Refusal, refusalFor } from './refusal.ts'
import { type CallOptions, callFor, type ServerCall } from './server-call.ts'

/** What is used of Hono's context. */
export interface Context {
  readonly req: { readonly raw: Request; readonly path: string; readonly method: string }
  /** On @hono/node-server: the exchange of node:http. */
  readonly env: unknown
}

/** What Hono calls with each request. */
export type Middleware = (context: Context, next: () => Promise<void>) => Promise<Response | undefined>

/** What Hono calls with errors. */
export type ErrorHandler<C extends Context = Context> = (error: Error, context: C) => Response | Promise<Response>

/**
 * Answers the three probes. Goes before everything else, admission in particular.
 *
 * @example
 * app.use(health(life, { ready: '/ready' }))
 */
export function health(life: HealthSource, paths?: HealthPaths): Middleware {
  const probes = probesOf(life, paths)
  return async ({ req }, next) => {
    const probe = req.method === 'GET' || req.method === 'HEAD' ? probes.get(req.path) : undefined
    if (probe === undefined) {
      await next()
      return undefined
    }
    const { code, ...told } = await probe()
    return new Response(req.method === 'HEAD' ? null : JSON.stringify(told), { status: code, headers: HEALTH_HEADERS })
  }
}

/**
 * Lets in what `gate` admits, and answers the rest with 503. The slot is held until the response is sent; on another
 * server than @hono/node-server, until it is made.
 *
 * @example
 * app.use(admit(admission({ maxConcurrent: 100, maxQueued: 50 })))
 */
export function admit(gate: Admission): Middleware {
  return async (context, next) => {
    const node = nodeOf(context)
    const permit = node ? undefined : await permitOf(gate, context.req.raw.signal)
    const isIn = node ? await gate.admits(node.incoming, node.outgoing) : permit !== undefined
    if (!isIn) return responseOf(gate.refusal, context)
    await next().finally(() => permit?.release())
    return undefined
  }
}

/** What a server does for one request: `callOf` of the package, for Hono. Elsewhere than on @hono/node-server the signal of
 * the request tells that its client has gone, and `lifecycle` is not heeded, since nothing tells when the answer is sent. */
export function callOf(context: Context, options?: CallOptions): ServerCall {
  const node = nodeOf(context)
  if (node !== undefined) return callOfExchange(node.incoming, node.outgoing, options)
  const { raw } = context.req
  const whenOver = (listener: () => void): void => {
    if (raw.signal.aborted) listener()
    else raw.signal.addEventListener('abort', listener, { once: true })
  }
  const exchange = () => ({ headers: raw.headers, isAbandoned: () => raw.signal.aborted, whenOver })
  return callFor(raw, exchange, { ...options, lifecycle: undefined })
}

/**
 * Ends requests that were aborted, as `endAborted` does, and hands other errors to `otherwise`.
 *
 * @example
 * app.onError(abortedRequests((_, context) => context.text('Sorry', 500)))
 */
export function abortedRequests<C extends Context>(otherwise: ErrorHandler<C>): ErrorHandler<C> {
  return (error, context) => {
    const node = nodeOf(context)
    const isGone = node ? isAbandoned(node.incoming, node.outgoing) : context.req.raw.signal.aborted
    const refusal = refusalFor(error, node?.incoming ?? context.req.raw, isGone)
    return refusal === undefined ? otherwise(error, context) : responseOf(refusal, context)
  }
}

function responseOf(refusal: Refusal, context: Context): Response {
  const incoming = nodeOf(context)?.incoming
  const headers = incoming ? headersOf(refusal, incoming) : refusal.headers
  return new Response(refusal.body, { status: refusal.status, headers })
}

async function permitOf({ isLagging, bulkhead }: Admission, signal: AbortSignal) {
  return isLagging ? undefined : bulkhead.acquire({ signal }).catch(() => undefined)
}

interface NodeExchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

function nodeOf({ env }: Context): NodeExchange | undefined {
  const { incoming, outgoing } = (env ?? {}) as Partial<NodeExchange>
  return incoming && outgoing && { incoming, outgoing }
}
