import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { exponential, retry } from 'holdfast'
import type { Receipt } from './orders.ts'
import { articles } from './schema.ts'

/** What customers were told, by the key of the order. */
export interface Told {
  readonly receipts: ReadonlyMap<string, Receipt>
  /** Orders that were refused: sold out. */
  readonly refused: ReadonlySet<string>
  /** Orders that a customer gave up on, without any answer. */
  readonly unanswered: ReadonlySet<string>
}

export interface Customers {
  readonly told: Told
  /** Requests that had to be sent again. */
  readonly repeats: () => number
  /** Resolves when each has heard of its last order. */
  readonly leave: () => Promise<void>
}

const PAUSE_MS = 10

/** So many customers look at an article and order it, again and again. */
export function sendCustomers(serviceUrl: string, count: number): Customers {
  const told = { receipts: new Map<string, Receipt>(), refused: new Set<string>(), unanswered: new Set<string>() }
  const closing = new AbortController()
  let repeats = 0

  // The key makes it safe to send an order again, whatever became of it the first time.
  const patience = retry({
    name: 'customer',
    maxAttempts: 20,
    backoff: exponential({ firstMs: 50, maxMs: 500 }),
    budget: false,
  })
  patience.subscribe(event => {
    if (event.type === 'retry.scheduled') repeats++
  })

  const look = (articleId: number): Promise<Response> =>
    patience.run(async () => answered(await fetch(`${serviceUrl}/articles/${articleId}`)))

  const order = async (articleId: number): Promise<void> => {
    const key = randomUUID()
    const init = {
      method: 'POST',
      headers: { 'idempotency-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ articleId, quantity: 1 }),
    }
    try {
      const response = await patience.run(async () => answered(await fetch(`${serviceUrl}/orders`, init)))
      const body: unknown = await response.json()
      if (response.status === 201) told.receipts.set(key, body as Receipt)
      else told.refused.add(key)
    } catch {
      told.unanswered.add(key)
    }
  }

  const shop = async (customer: number): Promise<void> => {
    for (let time = 0; !closing.signal.aborted; time++) {
      const articleId = articles[(customer + time) % articles.length] ?? 1
      await look(articleId).then(discard, () => {})
      await order(articleId)
      await wait(PAUSE_MS)
    }
  }

  const visits = Array.from({ length: count }, (_, customer) => shop(customer))
  return {
    told,
    repeats: () => repeats,
    leave: async () => {
      closing.abort()
      await Promise.all(visits)
    },
  }
}

/** A 5xx is no answer: the customer tries again. */
async function answered(response: Response): Promise<Response> {
  if (response.status < 500) return response
  await discard(response)
  throw new Error(`the service answered ${response.status}`)
}

/** A body that nobody reads keeps its connection. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel()
}
