import type { Dispatcher } from 'undici'
import { type Undici, undicis } from './undicis.ts'

/** What came of a request. */
interface Reply {
  readonly status: number
  readonly text: string
}

interface Sent {
  readonly dispatcher: Dispatcher
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** A way to make a request through a dispatcher, and to read the whole response. */
export interface Way {
  readonly name: string
  readonly undici: Undici
  readonly send: (url: string, sent: Sent) => Promise<Reply>
}

type Fetch = (url: string, init: object) => Promise<Response>

const fetching = (fetch: unknown) => async (url: string, sent: Sent) => {
  const response = await (fetch as Fetch)(url, { ...sent, duplex: 'half' })
  return { status: response.status, text: await response.text() }
}

const requesting =
  ({ request }: Undici) =>
  async (url: string, sent: Sent) => {
    const { statusCode, body } = await request(url, sent as never)
    return { status: statusCode, text: await body.text() }
  }

export const requests: Way[] = undicis.map(({ version, undici }) => ({
  name: `request of ${version}`,
  undici,
  send: requesting(undici),
}))

/** That of Node 24 is the one of undici 7: it takes dispatchers of that release. */
export const fetches: Way[] = [
  ...undicis.map(({ version, undici }) => ({ name: `fetch of ${version}`, undici, send: fetching(undici.fetch) })),
  { name: 'fetch of Node', undici: (undicis[1] as (typeof undicis)[0]).undici, send: fetching(globalThis.fetch) },
]

export const ways: Way[] = [...requests, ...fetches]
