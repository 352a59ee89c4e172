import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { FaultServer } from '@holdfast/fault-server'

/** A client that sees the bytes, and how a connection ends. */
interface Wire {
  readonly received: string
  send(text: string): void
  /** Resolves as soon as this was received. */
  until(text: string): Promise<void>
  /** Resolves with the way in which the server ended the connection. */
  readonly ended: Promise<'FIN' | 'RST'>
  leave(): void
  /** Leaves with an RST. */
  reset(): void
}

export async function wireTo({ url, certificate }: FaultServer): Promise<Wire> {
  const { hostname, port } = new URL(url)
  const to = { host: hostname, port: Number(port) }
  const isSecure = url.startsWith('https')
  const transport = connectTcp(to)
  const socket: Socket = isSecure ? connectTls({ socket: transport, host: to.host, ca: certificate }) : transport
  await once(socket, isSecure ? 'secureConnect' : 'connect')

  let received = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
  })
  const ended = new Promise<'FIN' | 'RST'>((resolve, reject) => {
    socket.once('end', () => resolve('FIN'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNRESET') resolve('RST')
      else reject(new Error(`the connection ended with ${code}`))
    })
  })
  return {
    get received() {
      return received
    },
    send: text => socket.write(text, 'latin1'),
    async until(text) {
      while (!received.includes(text)) await once(socket, 'data')
    },
    ended,
    leave: () => socket.destroy(),
    reset: () => transport.resetAndDestroy(),
  }
}

/** The bytes of a request with `Host`, and these lines of header. */
export function requestBytes(line: string, ...headers: readonly string[]): string {
  return [`${line} HTTP/1.1`, 'host: 127.0.0.1', ...headers, '', ''].join('\r\n')
}
