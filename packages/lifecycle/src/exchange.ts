import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'

/** A request of node:http, https or http2, and of what is built on them. */
export type ServerRequest = IncomingMessage | Http2ServerRequest

/** The response to it. */
export type ServerAnswer = ServerResponse | Http2ServerResponse

/** True when the response has been sent, or nothing of it can be sent any more. */
export function isOver(request: ServerRequest, response: ServerAnswer): boolean {
  // Responses of HTTP/2 know nothing of it themselves.
  if ('stream' in response) return response.stream.destroyed
  return response.destroyed || (isPipelined(response) && request.socket.destroyed)
}

/** True when the connection, or the stream, was closed before the service had said all. */
export function isAbandoned(request: ServerRequest, response: ServerAnswer): boolean {
  // Not `writableFinished`, which HTTP/2 tells of a stream that was reset, too.
  return !response.writableEnded && isOver(request, response)
}

/** Calls back once, when the exchange is over: at once where it is already. */
export function whenOver(request: ServerRequest, response: ServerAnswer, listener: () => void): void {
  if (isOver(request, response)) return listener()
  const ofSocket = isPipelined(response) ? listenersOf(request.socket) : undefined
  let isTold = false
  const tell = (): void => {
    if (isTold) return
    isTold = true
    // The connection may live for long, and bring many more.
    ofSocket?.delete(tell)
    listener()
  }
  response.once('close', tell)
  ofSocket?.add(tell)
}

/** One of several requests that came at once waits for the others without a socket: Node 20 never tells it of a close. */
function isPipelined(response: ServerAnswer): boolean {
  return !('stream' in response) && response.socket === null && !response.writableFinished
}

const waiting = new WeakMap<Socket, Set<() => void>>()

/** One listener for all of them, since their number is up to the client. */
function listenersOf(socket: Socket): Set<() => void> {
  const known = waiting.get(socket)
  if (known !== undefined) return known
  const listeners = new Set<() => void>()
  waiting.set(socket, listeners)
  socket.once('close', () => {
    for (const listener of listeners) listener()
  })
  return listeners
}

/** Of RFC 9113, section 7. */
const INTERNAL_ERROR = 2

/** Ends a response that must not look complete. */
export function cut(response: ServerAnswer): void {
  // Destroying a stream of HTTP/2 would end it without an error.
  if ('stream' in response) response.stream.close(INTERNAL_ERROR)
  else response.destroy()
}
