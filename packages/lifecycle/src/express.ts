import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admission } from './admission.ts'
import { endAborted, refuse } from './end-aborted.ts'
import { answerProbe, type HealthSource } from './health-handlers.ts'
import { type HealthPaths, probesOf } from './health-paths.ts'

export { callOf } from './call-of.ts'

/** What Express calls with each request. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/** What Express calls with the errors of those before it. */
export type ErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Answers the three probes. Goes before everything else, admission in particular.
 *
 * @example
 * app.use(health(life, { ready: '/ready' }))
 */
export function health(life: HealthSource, paths?: HealthPaths): Middleware {
  const probes = probesOf(life, paths)
  return (request, response, next) => {
    const { method, url = '' } = request
    const probe = method === 'GET' || method === 'HEAD' ? probes.get(url.replace(/\?.*$/, '')) : undefined
    if (probe === undefined) return next()
    void Promise.resolve(probe()).then(told => answerProbe(request, response, told))
  }
}

/**
 * Lets in what `gate` admits, and answers the rest with 503.
 *
 * @example
 * app.use(admit(admission({ maxConcurrent: 100, maxQueued: 50 })))
 */
export function admit(gate: Admission): Middleware {
  return (request, response, next) => {
    const enter = (isIn: boolean): void => (isIn ? next() : refuse(gate.refusal, request, response))
    const admitted = gate.admits(request, response)
    if (typeof admitted === 'boolean') enter(admitted)
    else void admitted.then(enter)
  }
}

/**
 * Ends requests that were aborted, as `endAborted` does, and passes other errors on. Goes after the routes, before other
 * middleware for errors.
 *
 * @example
 * app.use(abortedRequests())
 */
export function abortedRequests(): ErrorMiddleware {
  return (error, request, response, next) => {
    if (!endAborted(error, request, response)) next(error)
  }
}
