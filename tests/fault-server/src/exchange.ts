import type { IncomingHttpHeaders } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex, Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { Connection } from './connections.ts'

export type AnswerHeaders = Readonly<Record<string, string>>

/** How an answer ended: handed to the network to its last byte, or cut off before that, by whichever side. */
export type AnswerEnd = 'sent' | 'cut'

/** One request and what can be done to it: all that steps are made of. */
export interface Exchange {
  readonly method: string
  /** Path and query; of CONNECT, the authority. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly httpVersion: '1.1' | '2.0'
  readonly connection: Connection
  /** The body of the request; undefined where the protocol knows of none, as with an upgrade. */
  readonly incoming: Readable | undefined
  /** The body of the answer. */
  readonly outgoing: Writable
  /** Only over HTTP/2. */
  readonly stream: ServerHttp2Stream | undefined
  readonly ended: Promise<AnswerEnd>
  /** Sends an informational (1xx) answer. */
  inform(status: number, headers?: AnswerHeaders): void
  /** Sends the headers of the answer, without waiting for its body. */
  start(status: number, headers?: AnswerHeaders): void
  /** Resets the stream, or the connection where one request is all that a connection carries. */
  reset(): void
  /** Accepts an upgrade or a CONNECT: from now on both sides talk as they please. */
  takeOver(status: number, headers?: AnswerHeaders): Duplex
}

/** A protocol that is spoken over connections. */
export interface Speaker {
  readonly alpn: string
  readonly speak: (connection: Connection) => void
}

/** Writes a chunk and waits until the network took it, so that a slow client slows the server; false when the client has left. */
export function write({ outgoing }: Exchange, chunk: string | Uint8Array): Promise<boolean> {
  return new Promise(resolve => {
    outgoing.write(chunk, error => resolve(!error))
  })
}

/**
 * Waits until what was written has left, and a client in this process has read it: a reset would overtake what HTTP/2 gathers
 * for a turn of the event loop, and a client that finds it together with earlier bytes takes it for an orderly end.
 */
export async function flushed(): Promise<void> {
  await setImmediate()
  await setImmediate()
}
