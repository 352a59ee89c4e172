import { type Logger, pino } from 'pino'

/** What most examples call. */
export const url = 'https://shop.example/products/7'

export const signal: AbortSignal = new AbortController().signal

export const request: Request = new Request(url, { headers: { 'holdfast-deadline-ms': '5000' } })

/** A log that nobody reads. */
export const log: Logger = pino({ enabled: false })

export async function getJson(address: string, abort: AbortSignal): Promise<{ readonly name: string }> {
  const response = await fetch(address, { signal: abort })
  return (await response.json()) as { readonly name: string }
}
