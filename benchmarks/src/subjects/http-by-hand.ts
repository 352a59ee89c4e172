import { setTimeout as wait } from 'node:timers/promises'
import { type Dispatcher, request } from 'undici'
import { type Fetch, jsonOf, jsonOfBody } from './http-bare.ts'
import { type Client, type Limits, StatusError } from './http-client.ts'
import { MAX_ATTEMPTS } from './job.ts'

type Ask = (url: string, signal: AbortSignal) => Promise<unknown>

/** What an expert would write around a request that may be repeated. It has no circuit breaker and no budget. */
export function fetchByHand(fetch: Fetch): Client {
  return byHand(async (url, signal) => jsonOf(await fetch(url, { signal })))
}

export function requestByHand(dispatcher: Dispatcher): Client {
  return byHand(async (url, signal) => jsonOfBody(await request(url, { dispatcher, signal })))
}

function byHand(ask: Ask): Client {
  return { hasTotal: true, make: limits => url => retried(ask, url, limits) }
}

async function retried(ask: Ask, url: string, { attemptMs, totalMs }: Limits): Promise<unknown> {
  const endMs = performance.now() + totalMs
  for (let attempt = 1; ; attempt++) {
    const controller = new AbortController()
    const limitMs = Math.min(attemptMs, endMs - performance.now())
    const timer = setTimeout(() => controller.abort(new Error('timeout')), limitMs)
    try {
      return await ask(url, controller.signal)
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw error
    } finally {
      clearTimeout(timer)
    }
    const delayMs = Math.random() * 100 * 2 ** attempt
    if (performance.now() + delayMs >= endMs) throw new Error('timeout')
    await wait(delayMs)
  }
}

function isTransient(error: unknown): boolean {
  return !(error instanceof StatusError) || error.status === 429 || error.status >= 500
}
