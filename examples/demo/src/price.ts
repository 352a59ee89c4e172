/** What a user gets to see: the price of now, or the last one that was known. */
export type Answer =
  | { readonly kind: 'fresh'; readonly price: number }
  | { readonly kind: 'stale'; readonly price: number; readonly ageMs: number }

/** Asks for the price. `end` aborts when the run is over. */
export type Client = (call: number, end: AbortSignal) => Promise<Answer>

export interface PriceRequest {
  readonly call: number
  readonly attempt: number
  readonly signal: AbortSignal
}

/** One request. Both clients make it like this; all else is between it and the user. */
export async function fetchPrice(url: string, { call, attempt, signal }: PriceRequest): Promise<number> {
  const headers = { 'x-call': String(call), 'x-attempt': String(attempt) }
  const response = await fetch(url, { headers, signal })
  if (!response.ok) {
    // An unread body would keep its connection.
    await response.body?.cancel()
    throw new Error(`HTTP ${response.status}`)
  }
  const { price } = (await response.json()) as { readonly price: number }
  return price
}
