export interface Product {
  readonly id: string
  readonly name: string
}

/** The catalogue answered with a status that is no success. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError'
  readonly status: number
  /** From its Retry-After, if it was given in seconds. */
  readonly retryAfterMs: number | undefined

  constructor({ status, headers }: Response) {
    super(`the catalogue answered ${status}`)
    this.status = status
    const seconds = headers.get('retry-after') ?? ''
    this.retryAfterMs = /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined
  }
}

/** One request. The body is read here, within the limit of the attempt: headers alone are no answer. */
export async function getProduct(url: string, signal: AbortSignal): Promise<Product | undefined> {
  const response = await fetch(url, { signal })
  if (response.ok) return (await response.json()) as Product

  // A body that nobody reads keeps its connection.
  await response.body?.cancel()
  if (response.status === 404) return undefined
  throw new CatalogueError(response)
}
