import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { loopbackCertificate } from './certificate.ts'
import { type ConnectionCount, countedConnections } from './connections.ts'
import type { Exchange } from './exchange.ts'
import { http1 } from './http1.ts'
import { http2 } from './http2.ts'

/** HTTP/1.1 without and with TLS; HTTP/2 by ALPN, and without TLS by prior knowledge. */
export type Protocol = 'http1' | 'https' | 'h2' | 'h2c'

export interface Listener {
  readonly url: string
  readonly certificate: string | undefined
  readonly connections: ConnectionCount
  readonly close: () => Promise<void>
}

/** Listens on a free port of 127.0.0.1, and serves each request as soon as its headers are there. */
export async function listen(protocol: Protocol, serve: (exchange: Exchange) => void): Promise<Listener> {
  const isSecure = protocol === 'https' || protocol === 'h2'
  const certificate = isSecure ? await loopbackCertificate() : undefined
  const { alpn, speak } = protocol === 'h2' || protocol === 'h2c' ? http2(serve) : http1(serve)
  const connections = countedConnections()

  const server = createServer({ noDelay: true }, socket => {
    const connection = connections.accept(socket)
    if (certificate !== undefined) {
      // By hand, because only the socket under TLS can be reset.
      connection.speaksOver = new TLSSocket(socket, { isServer: true, ALPNProtocols: [alpn], ...certificate })
    }
    // A client that resets is no error here.
    connection.speaksOver.on('error', () => {})
    speak(connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    url: `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`,
    certificate: certificate?.cert,
    connections,
    async close() {
      const closed = once(server, 'close')
      server.close()
      connections.destroyAll()
      await closed
    },
  }
}
