import { type Dispatcher, request } from 'undici'
import { type Get, StatusError } from './http-client.ts'

export type Fetch = typeof globalThis.fetch

export function bareFetch(fetch: Fetch): Get {
  return async url => jsonOf(await fetch(url))
}

export function bareRequest(dispatcher: Dispatcher): Get {
  return async url => jsonOfBody(await request(url, { dispatcher }))
}

export async function jsonOf(response: Response): Promise<unknown> {
  if (response.ok) return response.json()
  await response.body?.cancel()
  throw new StatusError(response.status)
}

/** The same of undici's own answers. */
export async function jsonOfBody({ statusCode, body }: Dispatcher.ResponseData): Promise<unknown> {
  if (statusCode < 300) return body.json()
  await body.dump()
  throw new StatusError(statusCode)
}
