import { createServer, type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Connection } from './connections.ts'
import type { AnswerEnd, AnswerHeaders, Exchange, Speaker } from './exchange.ts'

/** Speaks HTTP/1.1. */
export function http1(serve: (exchange: Exchange) => void): Speaker {
  const connectionOf = new WeakMap<Duplex, Connection>()
  const begin = (request: IncomingMessage, response: ServerResponse, incoming?: IncomingMessage) => {
    const connection = connectionOf.get(request.socket)
    if (connection !== undefined) serve(exchangeOf({ request, response, connection, incoming }))
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => begin(request, response, request)
  const onSwitch = (request: IncomingMessage, socket: Duplex, early: Uint8Array) => {
    socket.unshift(early)
    begin(request, responseOn(request.socket, request))
  }
  // A connection ends when a step says so, not because it was idle.
  const server = createServer({ keepAliveTimeout: 0 })
  server.on('request', onRequest).on('checkContinue', onRequest).on('upgrade', onSwitch).on('connect', onSwitch)

  return {
    alpn: 'http/1.1',
    speak(connection) {
      connectionOf.set(connection.speaksOver, connection)
      server.emit('connection', connection.speaksOver)
    },
  }
}

interface Parts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  readonly incoming: IncomingMessage | undefined
}

function exchangeOf({ request, response, connection, incoming }: Parts): Exchange {
  const { method = '', url = '', headers, socket } = request
  const ended = new Promise<AnswerEnd>(resolve => {
    response.once('close', () => resolve(response.writableFinished ? 'sent' : 'cut'))
  })
  return {
    method,
    url,
    headers,
    httpVersion: '1.1',
    connection,
    incoming,
    outgoing: response,
    stream: undefined,
    ended,
    inform(status, informational) {
      if (status === 100) response.writeContinue()
      else socket.write(headOf(status, informational))
    },
    start(status, answerHeaders) {
      response.writeHead(status, { ...answerHeaders })
      response.flushHeaders()
    },
    reset: () => connection.reset(),
    takeOver(status, answerHeaders) {
      response.detachSocket(socket)
      socket.once('close', () => response.emit('close'))
      socket.write(headOf(status, answerHeaders))
      return socket
    },
  }
}

/** An answer for a request that Node hands over with nothing but its socket: an upgrade, or CONNECT. */
function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.end())
  return response
}

function headOf(status: number, headers: AnswerHeaders = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`
}
