import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Order } from './answers.ts'
import { type LocalServer, startServer } from './local-server.ts'

/** `forgetful` does what it is asked, and loses the answer. */
export type Mood = 'healthy' | 'busy' | 'failing' | 'forgetful' | 'garbled' | 'hanging'

/** The dependency of the scenario. */
export interface CatalogueServer extends LocalServer {
  /** How it answers from now on. */
  mood: Mood
  /** How it answers the next requests, before that. */
  readonly next: Mood[]
  readonly requests: number
  /** Orders that were carried out. */
  readonly orders: number
  /** The next request that it leaves hanging, by the response that it does not get. */
  readonly nextHanging: () => Promise<ServerResponse>
}

const products = new Map([['7', { id: '7', name: 'rope', priceCents: 1_200 }]])

export async function startCatalogueServer(): Promise<CatalogueServer> {
  const receipts = new Map<string, object>()
  const next: Mood[] = []
  const hanging = new EventEmitter<{ request: [ServerResponse] }>()
  let mood: Mood = 'healthy'
  let requests = 0

  /** An order is carried out once for each key; a repeat is answered like the first time. */
  const receiptFor = async (request: IncomingMessage): Promise<object | undefined> => {
    const { productId, quantity } = (await json(request)) as Order
    const key = String(request.headers['idempotency-key'])
    const product = products.get(productId)
    if (product === undefined) return undefined
    const receipt = receipts.get(key) ?? {
      orderId: `order-${receipts.size + 1}`,
      totalCents: product.priceCents * quantity,
    }
    receipts.set(key, receipt)
    return receipt
  }

  const answer = async (request: IncomingMessage, response: ServerResponse, how: Mood): Promise<unknown> => {
    if (how === 'hanging') return hanging.emit('request', response)
    if (how === 'failing') return response.writeHead(500).end('out of memory')
    if (how === 'busy') return response.writeHead(503, { 'retry-after': '0' }).end()
    if (how === 'garbled') return response.end('<h1>Welcome to the guest network</h1>')
    const { url = '' } = request
    const found = url === '/orders' ? await receiptFor(request) : products.get(url.replace('/products/', ''))
    if (how === 'forgetful') return response.destroy()
    return found === undefined ? response.writeHead(404).end() : response.end(JSON.stringify(found))
  }
  const server = await startServer((request, response) => {
    requests++
    void answer(request, response, next.shift() ?? mood)
  })

  return {
    ...server,
    next,
    get mood() {
      return mood
    },
    set mood(how) {
      mood = how
    },
    get requests() {
      return requests
    },
    get orders() {
      return receipts.size
    },
    nextHanging: async () => {
      const [response] = (await once(hanging, 'request')) as [ServerResponse]
      return response
    },
  }
}
