import { constants, type IncomingHttpHeaders, performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import { Duplex } from 'node:stream'
import type { Connection } from './connections.ts'
import type { AnswerEnd, Exchange, Speaker } from './exchange.ts'

/** Speaks HTTP/2. */
export function http2(serve: (exchange: Exchange) => void): Speaker {
  return {
    alpn: 'h2',
    speak(connection) {
      connection.speaksOver = veiled(connection.speaksOver)
      const session = performServerHandshake(connection.speaksOver)
      session.on('error', () => {})
      session.on('stream', (stream, headers) => serve(exchangeOf(stream, headers, connection)))
    },
  }
}

/**
 * A socket whose handle a session does not see: it would take it for itself, and `goawayBefore` could not write to it. When the
 * client has left, a session goes on waiting for its own bytes to leave, so that the end of the socket is told as its close.
 */
function veiled(socket: Duplex): Duplex {
  const veil = new Duplex({
    read() {},
    write: (chunk, _encoding, done) => void socket.write(chunk, done),
    final: done => void socket.end(done),
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  const leave = () => veil.destroy()
  // Without back pressure: HTTP/2 has its own.
  socket
    .on('data', chunk => veil.push(chunk))
    .once('end', leave)
    .once('close', leave)
  return veil
}

function exchangeOf(stream: ServerHttp2Stream, fields: IncomingHttpHeaders, connection: Connection): Exchange {
  stream.on('error', () => {})
  const method = fields[':method'] ?? ''
  const ended = new Promise<AnswerEnd>(resolve => {
    // A short answer is closed before it says that it has finished.
    const isSent = () => stream.writableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR
    stream.once('close', () => resolve(isSent() ? 'sent' : 'cut'))
  })
  const start: Exchange['start'] = (status, headers) => {
    if (!stream.closed) stream.respond({ ':status': status, ...headers })
  }

  return {
    method,
    url: fields[':path'] ?? fields[':authority'] ?? '',
    headers: Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith(':'))),
    httpVersion: '2.0',
    connection,
    incoming: method === 'CONNECT' ? undefined : stream,
    outgoing: stream,
    stream,
    ended,
    inform(status, headers) {
      if (!stream.closed) stream.additionalHeaders({ ':status': status, ...headers })
    },
    start,
    // Says INTERNAL_ERROR, and unlike `close` does not end the body first.
    reset: () => stream.destroy(new Error('reset by the fault server')),
    takeOver(status, headers) {
      start(status, headers)
      return stream
    },
  }
}
