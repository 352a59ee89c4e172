import { FormData as UndiciFormData, Request as UndiciRequest, fetch as undiciFetch } from 'undici'

export type Fetch = typeof globalThis.fetch

export interface Platform {
  readonly platform: string
  readonly fetch: Fetch
  readonly Request: typeof globalThis.Request
  readonly FormData: typeof globalThis.FormData
}

/** The fetch that comes with Node, and that of undici, which has classes of its own. */
export const platforms: readonly Platform[] = [
  { platform: 'the global fetch', fetch, Request, FormData },
  {
    platform: 'undici.fetch',
    fetch: undiciFetch as unknown as Fetch,
    Request: UndiciRequest as unknown as typeof globalThis.Request,
    FormData: UndiciFormData as unknown as typeof globalThis.FormData,
  },
]
