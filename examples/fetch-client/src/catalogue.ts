import { type ResilientInit, resilientFetch, retryInfo } from '@holdfast/fetch'
import type { Clock } from 'holdfast'
import { type Order, type Product, productOf, type Receipt, receiptOf, UnexpectedAnswer } from './answers.ts'

export interface CatalogueOptions {
  readonly url: string
  /** Told of each call, once it has ended. */
  readonly log?: (line: LogLine) => void
  /** For tests; likewise `random`. */
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

export interface LogLine {
  readonly request: string
  /** A status, or the name of an error. */
  readonly outcome: string
  /** What the retry went through; left out where there was none. */
  readonly retry?: { readonly attempts: number; readonly waitedMs: number; readonly stopped: string }
}

/** The catalogue answered with a status that is no success. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError'
  readonly status: number

  constructor(request: string, status: number) {
    super(`${request}: the catalogue answered ${status}`)
    this.status = status
  }
}

/** Who waits, and until when. */
type CallOptions = Pick<ResilientInit, 'signal' | 'deadline'>

/** The client of the catalogue: made once, and shared by all that ask it. */
export function catalogue({ url, log = () => {}, clock, random }: CatalogueOptions) {
  // All policies are here. 3 attempts of 800 ms and waits of 100 and 200 ms fit the total.
  const api = resilientFetch({
    name: 'catalogue',
    total: { timeoutMs: 3_000 },
    retry: { maxAttempts: 3 },
    breaker: { openMs: 2_000 },
    attempt: { timeoutMs: 800 },
    // The catalogue knows a repeated order by its key. Without one, a POST whose answer is lost is not repeated.
    idempotencyKey: 'auto',
    clock,
    random,
  })

  /** One request, and what it came to in the log. */
  const ask = async (path: string, init: ResilientInit): Promise<unknown> => {
    const request = `${init.method ?? 'GET'} ${path}`
    const response = await api(url + path, init).catch((error: unknown) => {
      log(lineOf(request, error instanceof Error ? error.name : 'unknown', error))
      throw error
    })
    log(lineOf(request, String(response.status), response))
    if (response.ok) return jsonOf(response)

    // A body that nobody reads keeps its connection.
    await response.body?.cancel()
    throw new CatalogueError(request, response.status)
  }

  return {
    policy: api.policy,
    /** Undefined until the catalogue has been asked for the first time. */
    get breaker() {
      return api.breakerOf(new URL(url).origin)
    },
    /** Resolves with undefined where there is no such product. */
    product: (id: string, options: CallOptions = {}): Promise<Product | undefined> =>
      ask(`/products/${encodeURIComponent(id)}`, options).then(productOf, undefinedFor404),
    order: (order: Order, options: CallOptions = {}): Promise<Receipt> => {
      const headers = { 'content-type': 'application/json' }
      return ask('/orders', { ...options, method: 'POST', headers, body: JSON.stringify(order) }).then(receiptOf)
    },
  }
}

/** Reading is bounded by the limits of the call; a body that breaks off is an error of the network, and stays one. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new UnexpectedAnswer(`expected JSON, got ${text.slice(0, 40)}`)
  }
}

function undefinedFor404(error: unknown): undefined {
  if (error instanceof CatalogueError && error.status === 404) return undefined
  throw error
}

function lineOf(request: string, outcome: string, result: unknown): LogLine {
  const info = retryInfo(result)
  if (info === undefined) return { request, outcome }
  const waitedMs = Math.round(info.delaysMs.reduce((sum, delay) => sum + delay, 0))
  return { request, outcome, retry: { attempts: info.attempts, waitedMs, stopped: info.stopped } }
}
