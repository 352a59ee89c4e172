import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { AnswerEnd, Exchange } from './exchange.ts'

/** `unread`: the step acted before all of it was read. */
export type BodyState = 'arriving' | 'complete' | 'aborted' | 'unread'

export interface RecordedBody {
  readonly state: BodyState
  /** How many bytes of it were read. */
  readonly bytes: number
  /** The SHA-256 of these bytes, in hexadecimal. */
  readonly sha256: string
}

/** What the server saw of one request. */
export interface RecordedRequest {
  readonly method: string
  /** Path and query; of CONNECT, the authority. */
  readonly url: string
  /** Without the query. */
  readonly path: string
  /** Names in lower case; without the pseudo-headers of HTTP/2. */
  readonly headers: IncomingHttpHeaders
  readonly httpVersion: '1.1' | '2.0'
  /** Which request to this path it was, from 1. */
  readonly attempt: number
  /** Which connection brought it, from 1. */
  readonly connection: number
  readonly remotePort: number
  /** The step that was played for it. */
  readonly step: string
  readonly body: RecordedBody
  /** Resolves when no more of the body will be read. */
  readonly bodyEnded: Promise<BodyState>
  /** Resolves when the answer has ended: `cut` when the client left, or the step broke off. */
  readonly answered: Promise<AnswerEnd>
}

/** A request while it is recorded. */
export interface OpenRecord extends RecordedRequest {
  step: string
  received(chunk: Uint8Array): void
  bodyEndedAs(state: BodyState): void
}

export function recordOf(exchange: Exchange, path: string, attempt: number): OpenRecord {
  const { method, url, headers, httpVersion, connection, ended } = exchange
  const hash = createHash('sha256')
  let state: BodyState = 'arriving'
  let bytes = 0
  let settleBody: (state: BodyState) => void
  const bodyEnded = new Promise<BodyState>(resolve => {
    settleBody = resolve
  })

  return {
    method,
    url,
    path,
    headers,
    httpVersion,
    attempt,
    connection: connection.number,
    remotePort: connection.remotePort,
    step: '',
    body: {
      get state() {
        return state
      },
      get bytes() {
        return bytes
      },
      get sha256() {
        return hash.copy().digest('hex')
      },
    },
    bodyEnded,
    answered: ended,
    received(chunk) {
      bytes += chunk.length
      hash.update(chunk)
    },
    bodyEndedAs(finalState) {
      state = finalState
      settleBody(finalState)
    },
  }
}
