import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admission } from './admission.ts'
import { callOf as callOfExchange } from './call-of.ts'
import { headersOf } from './end-aborted.ts'
import { cut, isAbandoned } from './exchange.ts'
import { HEALTH_HEADERS, type HealthSource } from './health-handlers.ts'
import { type HealthPaths, probesOf } from './health-paths.ts'
import { type Refusal, refusalFor } from './refusal.ts'
import type { CallOptions, ServerCall } from './server-call.ts'

/** What is used of Fastify's request. */
export interface Request {
  readonly raw: IncomingMessage
}

/** What is used of its reply. */
export interface Reply {
  readonly raw: ServerResponse
  readonly sent: boolean
  code(status: number): Reply
  headers(headers: Record<string, string>): Reply
  send(body?: string): unknown
  hijack(): unknown
}

/** What is used of an instance. */
export interface Routes {
  get(path: string, handler: (request: Request, reply: Reply) => Promise<unknown>): unknown
}

/**
 * A plugin with routes for the three probes.
 *
 * @example
 * app.register(health(life, { ready: '/ready' }))
 */
export function health(life: HealthSource, paths?: HealthPaths): (app: Routes) => Promise<void> {
  const probes = probesOf(life, paths)
  return async app => {
    for (const [path, probe] of probes) {
      app.get(path, async (_, reply) => {
        const { code, ...told } = await probe()
        return reply.code(code).headers(HEALTH_HEADERS).send(JSON.stringify(told))
      })
    }
  }
}

/**
 * A hook that lets in what `gate` admits, and answers the rest with 503. For a scope without the routes of probes.
 *
 * @example
 * app.addHook('onRequest', admit(admission({ maxConcurrent: 100, maxQueued: 50 })))
 */
export function admit(gate: Admission): (request: Request, reply: Reply, done: () => void) => void {
  return (request, reply, done) => {
    const enter = (isIn: boolean): void => (isIn ? done() : refuse(gate.refusal, request, reply))
    const admitted = gate.admits(request.raw, reply.raw)
    if (typeof admitted === 'boolean') enter(admitted)
    else void admitted.then(enter)
  }
}

/** What a server does for one request: `callOf` of the package, for Fastify. */
export function callOf(request: Request, reply: Reply, options?: CallOptions): ServerCall {
  return callOfExchange(request.raw, reply.raw, options)
}

/** `endAborted` of the package, for a handler of errors of one's own. */
export function endAborted(error: unknown, request: Request, reply: Reply): boolean {
  const refusal = refusalFor(error, request.raw, isAbandoned(request.raw, reply.raw))
  if (refusal !== undefined) refuse(refusal, request, reply)
  return refusal !== undefined
}

/**
 * Ends requests that were aborted, and leaves other errors to the handler of the scope around.
 *
 * @example
 * app.setErrorHandler(abortedRequests())
 */
export function abortedRequests(): (error: unknown, request: Request, reply: Reply) => void {
  return (error, request, reply) => {
    if (!endAborted(error, request, reply)) throw error
  }
}

function refuse(refusal: Refusal, { raw: request }: Request, reply: Reply): void {
  if (refusal.status === 499 || reply.raw.headersSent || reply.raw.destroyed) {
    reply.hijack()
    if (!reply.raw.headersSent) reply.raw.statusCode = refusal.status
    cut(reply.raw)
  } else if (!reply.sent) reply.code(refusal.status).headers(headersOf(refusal, request)).send(refusal.body)
}
