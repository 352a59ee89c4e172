import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { onTestFinished, vi } from 'vitest'

/** Starts `server` on a free port, until the test is over. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface OpenServer {
  readonly port: number
  readonly url: string
  /** The next request, for the test to answer. */
  readonly next: () => Promise<Exchange>
}

/** A server that leaves its requests to the test. */
export async function openServer(): Promise<OpenServer> {
  const arrived: Exchange[] = []
  const wanted: ((exchange: Exchange) => void)[] = []
  const server = createServer((request, response) => {
    const take = wanted.shift()
    if (take) take({ request, response })
    else arrived.push({ request, response })
  })
  const port = await listening(server)
  const next = (): Promise<Exchange> =>
    new Promise(resolve => {
      const exchange = arrived.shift()
      if (exchange) resolve(exchange)
      else wanted.push(resolve)
    })
  return { port, url: `http://127.0.0.1:${port}`, next }
}

/** A client that has sent `text`; closing the socket is up to the test. */
export async function client(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** A request without a body, as it goes over the wire. */
export function get(path: string, ...headers: readonly string[]): string {
  return ['GET', ' ', path, ' HTTP/1.1\r\n', ...['host: kelp', ...headers].map(line => `${line}\r\n`), '\r\n'].join('')
}

/** What `signal` aborts with. */
export async function reasonOf(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await once(signal, 'abort')
  return signal.reason
}

/** All that a server sends over `socket` until it ends the connection. */
export async function textOf(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await once(socket, 'close')
  return text
}

/** Waits until `assertion` holds: also on a machine that is busy with other things. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 30_000, interval: 5 })
}
