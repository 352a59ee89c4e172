import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { whenOver } from './exchange.ts'
import type { WorkInFlight } from './work-in-flight.ts'

/** A server of node:http, https or http2, or anything else that can be told to close. */
export interface Closable {
  readonly listening?: boolean
  close(callback?: (error?: Error) => void): unknown
  closeIdleConnections?(): void
  closeAllConnections?(): void
  prependListener?(event: string, listener: (...values: never[]) => void): unknown
}

/** A session of HTTP/2: `close` lets its streams end, and tells the client to open no others. */
interface Session {
  close(): void
  destroy(): void
  once(event: 'close', listener: () => void): unknown
}

/** Takes a server out of service without losing a request. */
export class DrainingServer {
  readonly #server: Closable
  readonly #sessions = new Set<Session>()
  /** Responses that have not been sent, with their requests. */
  readonly #unsent = new Map<ServerResponse, IncomingMessage>()
  #isDraining = false
  #isClosed = false

  constructor(server: Closable, work: WorkInFlight) {
    this.#server = server
    // Before the listener of the service, which may have written the headers already when ours is called.
    server.prependListener?.('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#isDraining) sayGoodbye(request, response)
      this.#unsent.set(response, request)
      const leave = work.enter()
      whenOver(request, response, () => {
        this.#unsent.delete(response)
        leave()
        // Its headers went out before the drain began: the connection would be kept.
        if (this.#isClosed) setImmediate(() => this.#closeIdle())
      })
    })
    server.prependListener?.('session', (session: Session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
  }

  /** From now on responses tell clients to come back by another connection, while there is still somebody to accept it. */
  drain(): void {
    this.#isDraining = true
    for (const [response, request] of this.#unsent) sayGoodbye(request, response)
  }

  /** Accepts nothing any more, and lets go of connections that are idle. */
  stopAccepting(): void {
    if (this.#isClosed) return
    this.#isDraining = true
    this.#isClosed = true
    if (this.#server.listening !== false) this.#closeListener()
    this.#closeIdle()
    for (const session of this.#sessions) session.close()
  }

  /** Cuts what is left. */
  destroy(): void {
    this.#server.closeAllConnections?.()
    for (const session of this.#sessions) session.destroy()
  }

  #closeListener(): void {
    const server = this.#server
    // That of node:http and https closes idle connections, too.
    const isCutting = server.closeIdleConnections !== undefined && server instanceof NetServer && this.#isSending()
    if (isCutting) NetServer.prototype.close.call(server)
    else server.close(() => {})
  }

  #closeIdle(): void {
    if (!this.#isSending()) this.#server.closeIdleConnections?.()
  }

  /** Node takes a connection for idle as soon as its response is written: what the client has not read yet would be lost. */
  #isSending(): boolean {
    return [...this.#unsent.keys()].some(({ writableEnded }) => writableEnded)
  }
}

/** HTTP/2 has a frame for it, and no such header. */
function sayGoodbye({ httpVersionMajor }: IncomingMessage, response: ServerResponse): void {
  if (httpVersionMajor < 2 && !response.headersSent) response.setHeader('Connection', 'close')
}
