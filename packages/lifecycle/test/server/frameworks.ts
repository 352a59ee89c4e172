import { createServer, type Server } from 'node:http'
import { type Admission, type Lifecycle, lifecycle, type ServerCall } from '@holdfast/lifecycle'
import * as forExpress from '@holdfast/lifecycle/express'
import * as forFastify from '@holdfast/lifecycle/fastify'
import * as forHono from '@holdfast/lifecycle/hono'
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'

export interface AppParts {
  readonly life: Lifecycle
  readonly gate: Admission
  /** The work of `/work`, which answers with what it returns. */
  readonly work: (call: ServerCall) => Promise<string> | string
  /** What reached the handler of errors of the service, or its log of errors. */
  readonly failures: unknown[]
}

/** A small service on each framework: probes, admission, and one route whose work the test does. */
export const frameworks: readonly (readonly [string, (parts: AppParts) => Promise<Server>])[] = [
  [
    'Express',
    async ({ life, gate, work, failures }) => {
      const { abortedRequests, admit, callOf, health } = forExpress
      const app = express()
      app.use(health(life))
      app.use(admit(gate))
      app.get('/work', (request, response) => {
        const call = callOf(request, response, { deadlineHeader: true, lifecycle: life })
        // As what an async function returns: Express 5 hands its rejections on.
        return Promise.resolve(work(call)).then(text => void response.send(text))
      })
      app.use(abortedRequests())
      app.use((error: unknown, _: express.Request, response: express.Response, _next: express.NextFunction) => {
        failures.push(error)
        response.status(500).send('failed')
      })
      return createServer(app)
    },
  ],
  [
    'Fastify',
    async ({ life, gate, work, failures }) => {
      const { abortedRequests, admit, callOf, health } = forFastify
      const app = Fastify({
        forceCloseConnections: true,
        logger: {
          level: 'error',
          stream: { write: (line: string) => void failures.push((JSON.parse(line) as { err: unknown }).err) },
        },
      })
      app.register(health(life))
      app.register(async api => {
        api.addHook('onRequest', admit(gate))
        api.get('/work', (request, reply) =>
          Promise.resolve(work(callOf(request, reply, { deadlineHeader: true, lifecycle: life }))),
        )
      })
      app.setErrorHandler(abortedRequests())
      await app.ready()
      return app.server
    },
  ],
  [
    'Hono',
    async ({ life, gate, work, failures }) => {
      const { abortedRequests, admit, callOf, health } = forHono
      const app = new Hono()
      app.use(health(life))
      app.use(admit(gate))
      app.get('/work', async context =>
        context.text(await work(callOf(context, { deadlineHeader: true, lifecycle: life }))),
      )
      app.onError(
        abortedRequests((error, context) => {
          failures.push(error)
          return context.text('failed', 500)
        }),
      )
      return createAdaptorServer(app) as Server
    },
  ],
]

/** A lifecycle that is the test's own. */
export function quietLife(options: Parameters<typeof lifecycle>[0] = {}): Lifecycle {
  const logger = { info() {}, warn() {}, error() {} }
  return lifecycle({
    signals: [],
    uncaughtErrors: false,
    discover: false,
    drainDelayMs: 0,
    logger,
    exit() {},
    ...options,
  })
}
