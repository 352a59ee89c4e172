import type { ResilientFetch } from '@holdfast/fetch'
import type { Lifecycle, ServerCall } from '@holdfast/lifecycle'
import { callOf, endAborted } from '@holdfast/lifecycle/fastify'
import type { ResilientPool } from '@holdfast/postgres'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { failureReply } from './failure-reply.ts'
import { findOrder, placeOrder } from './orders.ts'
import { productsOf } from './products.ts'

export interface RouteOptions {
  readonly database: ResilientPool
  readonly supplier: ResilientFetch
  readonly supplierUrl: string
  readonly life: Lifecycle
  readonly logger: Logger
}

interface NewOrder {
  readonly productId: string
  readonly quantity: number
}

/** What customers ask for. */
export function addRoutes(app: FastifyInstance, { database, supplier, supplierUrl, life, logger }: RouteOptions): void {
  const offer = productsOf(supplier, supplierUrl)
  const calls = (request: FastifyRequest, reply: FastifyReply): ServerCall =>
    callOf(request, reply, { deadlineHeader: true, lifecycle: life })

  app.setErrorHandler((error, request, reply) => {
    // Whoever has gone, ran out of time, or met an open circuit is no error of ours.
    if (endAborted(error, request, reply)) return
    const { status, message, isUnexpected } = failureReply(error)
    if (isUnexpected) logger.error({ err: error }, 'unexpected error')
    if (status === 503) reply.header('retry-after', '1')
    void reply.code(status).send({ error: message })
  })

  app.get<{ Params: { id: string } }>('/products/:id', async (request, reply) => {
    return (await offer(request.params.id, calls(request, reply))) ?? notFound(reply)
  })

  app.post<{ Body: NewOrder; Headers: { 'idempotency-key': string } }>(
    '/orders',
    { schema: newOrder },
    async (request, reply) => {
      const order = { key: request.headers['idempotency-key'], ...request.body }
      const placed = await placeOrder(database, order, calls(request, reply))
      return reply.code(201).send(placed)
    },
  )

  app.get<{ Params: { key: string } }>('/orders/:key', { schema: orderKey }, async (request, reply) => {
    return (await findOrder(database, request.params.key, calls(request, reply))) ?? notFound(reply)
  })
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'not found' })
}

const key = { type: 'string', format: 'uuid' }
const orderKey = { params: { type: 'object', properties: { key } } }
const newOrder = {
  headers: { type: 'object', required: ['idempotency-key'], properties: { 'idempotency-key': key } },
  body: {
    type: 'object',
    required: ['productId', 'quantity'],
    additionalProperties: false,
    properties: {
      productId: { type: 'string', minLength: 1, maxLength: 40 },
      quantity: { type: 'integer', minimum: 1, maximum: 1_000 },
    },
  },
}
