import { resilientFetch } from '@holdfast/fetch'
import { resilient } from '@holdfast/undici'
import type { Dispatcher } from 'undici'
import { bareFetch, bareRequest, type Fetch } from './http-bare.ts'
import type { Client, Limits } from './http-client.ts'

const optionsFor = ({ attemptMs, totalMs }: Limits) => ({
  attempt: { timeoutMs: attemptMs },
  total: { timeoutMs: totalMs },
})

export function holdfastAround(fetch: Fetch): Client {
  return { hasTotal: true, make: limits => bareFetch(resilientFetch({ fetch, ...optionsFor(limits) })) }
}

export function holdfastInterceptor(dispatcher: Dispatcher): Client {
  return { hasTotal: true, make: limits => bareRequest(dispatcher.compose(resilient(optionsFor(limits)))) }
}
