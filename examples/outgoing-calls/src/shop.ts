import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Deadline, deadlineFrom, type ResilientFetch, resilientFetch } from '@holdfast/fetch'
import type { Clock } from 'holdfast'
import { failureReply, type Reply } from './failure-reply.ts'
import { type LocalServer, startServer } from './local-server.ts'

export interface ShopOptions {
  readonly stockUrl: string
  /** For tests; likewise `random`. */
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

/** What the shop needs for itself, to answer before its own caller gives up. */
const RESERVE_MS = 50

export interface Shop extends LocalServer {
  /** The policies of its calls to the stock service. */
  readonly policy: ResilientFetch['policy']
}

/** Serves `/offers/<id>`, and asks the stock service for each of them. */
export async function startShop({ stockUrl, clock, random }: ShopOptions): Promise<Shop> {
  // Once for the process: breaker and budget are shared by all requests.
  const stock = resilientFetch({
    name: 'stock',
    total: { timeoutMs: 3_500 },
    attempt: { timeoutMs: 1_000 },
    deadlineHeader: true,
    clock,
    random,
  })
  const server = await startServer((request, response) => {
    // First of all: what the caller has sent counts from now.
    const deadline = withReserve(deadlineFrom(request, { clock }))
    void offer(request, { stock, stockUrl, deadline, signal: signalOf(response) }).then(reply => send(response, reply))
  })
  return { ...server, policy: stock.policy }
}

interface Outgoing {
  readonly stock: ResilientFetch
  readonly stockUrl: string
  readonly deadline: Deadline
  readonly signal: AbortSignal
}

/** `deadline` and `signal` go with each call that is made for the caller: nothing then outlives its wish to know. */
async function offer({ url = '' }: IncomingMessage, { stock, stockUrl, deadline, signal }: Outgoing): Promise<Reply> {
  const id = /^\/offers\/([\w-]+)$/.exec(url)?.[1]
  if (id === undefined) return { status: 404, body: { error: 'unknown path' } }
  try {
    const response = await stock(`${stockUrl}/stock/${id}`, { deadline, signal })
    if (response.ok) return { status: 200, body: { id, stock: (await response.json()) as unknown } }
    await response.body?.cancel()
    // 504: it has given up by the deadline that it was told, a moment before the shop did.
    return { status: response.status === 504 ? 504 : 502, body: { error: 'the stock service has no answer' } }
  } catch (error) {
    return failureReply(error)
  }
}

function withReserve(deadline: Deadline): Deadline {
  return { remainingMs: () => Math.max(0, deadline.remainingMs() - RESERVE_MS) }
}

/** Aborts when the caller disconnects before it has its answer. */
function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) gone.abort(new Error('the caller has gone'))
  })
  return gone.signal
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  // Who has gone gets no answer.
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
