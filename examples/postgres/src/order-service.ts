import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { ResilientPool } from '@holdfast/postgres'
import type { Redis } from 'ioredis'
import { BadRequest, failureReply, type Reply } from './failure-reply.ts'
import { type LocalServer, startServer } from './local-server.ts'
import { type Order, placeOrder } from './orders.ts'
import { type PriceList, priceList } from './price-list.ts'

export interface OrderService extends LocalServer {
  readonly prices: PriceList
}

/** Serves `GET /articles/<id>`, and `POST /orders` with an `Idempotency-Key`. */
export async function startOrderService(pool: ResilientPool, cache: Redis | undefined): Promise<OrderService> {
  const prices = priceList(pool, cache)

  const answer = async (request: IncomingMessage, signal: AbortSignal): Promise<Reply> => {
    const { method, url = '' } = request
    if (method === 'POST' && url === '/orders') {
      return { status: 201, body: await placeOrder(pool, await orderFrom(request), signal) }
    }
    const [, id] = /^\/articles\/(\d{1,9})$/.exec(url) ?? []
    const article = method === 'GET' && id !== undefined ? await prices.article(Number(id), signal) : undefined
    return article === undefined ? { status: 404, body: { error: 'not found' } } : { status: 200, body: article }
  }

  const server = await startServer((request, response) => {
    void answer(request, signalOf(response))
      .catch(failureReply)
      .then(reply => send(response, reply))
  })
  return { ...server, prices }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

async function orderFrom(request: IncomingMessage): Promise<Order> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || !UUID.test(key)) throw new BadRequest('Idempotency-Key must be a UUID')
  const { articleId, quantity } = (await json(request).catch(() => ({}))) as Partial<Order>
  if (!isCount(articleId) || !isCount(quantity)) throw new BadRequest('articleId and quantity must be integers from 1')
  return { key, articleId, quantity }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1_000
}

/** Aborts when the customer disconnects before there is an answer. */
function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) gone.abort(new Error('the customer has gone'))
  })
  return gone.signal
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  // Who has gone gets no answer.
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
