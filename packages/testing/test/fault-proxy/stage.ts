import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { VirtualClock } from '@holdfast/testing'
import { type FaultProxy, type FaultProxyOptions, type FaultyLink, faultProxy } from '@holdfast/testing/fault-proxy'
import { expect, vi } from 'vitest'

/** One side of a link, and what it heard. */
export interface Peer {
  readonly socket: Socket
  readonly heard: () => string
  /** How it came to an end: `end`, or the code of an error. */
  readonly ending: Promise<string>
  readonly say: (text: string) => void
}

export interface Conversation {
  readonly client: Peer
  readonly server: Peer
  readonly link: FaultyLink
}

/** A server, and a proxy that leads to it. */
export interface Stage extends AsyncDisposable {
  readonly proxy: FaultProxy
  /** The server's side of all connections. */
  readonly accepted: readonly Peer[]
  /** Connects a client, and waits until the server knows of it. */
  readonly converse: () => Promise<Conversation>
}

export async function stage(options: Omit<FaultProxyOptions, 'target'> = {}): Promise<Stage> {
  const accepted: Peer[] = []
  const server = createServer({ allowHalfOpen: true }, socket => void accepted.push(peer(socket))).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const proxy = await faultProxy({ ...options, target: server.address() as AddressInfo })
  const clients: Peer[] = []

  return {
    proxy,
    accepted,
    async converse() {
      const arrival = once(server, 'connection')
      const client = await connected(proxy)
      clients.push(client)
      await arrival
      return { client, server: accepted.at(-1) as Peer, link: proxy.links.at(-1) as FaultyLink }
    },
    async [Symbol.asyncDispose]() {
      await proxy.close()
      for (const { socket } of [...clients, ...accepted]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Lets the client say something, and waits until the proxy has it and sets a timer for it. */
export async function taken(clock: VirtualClock, { client }: Conversation, text: string): Promise<void> {
  const before = clock.pendingTimers
  client.say(text)
  await vi.waitFor(() => expect(clock.pendingTimers).toBe(before + 1), { interval: 1 })
}

/** A client of the proxy, whatever becomes of it. */
export async function connected({ host, port }: FaultProxy): Promise<Peer> {
  const socket = connect({ host, port, allowHalfOpen: true })
  const client = peer(socket)
  await once(socket, 'connect')
  return client
}

/** What comes of a client that only connects: `connected`, or the code of an error. */
export function knock({ host, port }: FaultProxy): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ host, port })
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
  })
}

function peer(socket: Socket): Peer {
  const chunks: Buffer[] = []
  const ending = new Promise<string>(resolve => {
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
    socket.once('end', () => resolve('end'))
  })
  socket.on('data', chunk => void chunks.push(chunk))
  return {
    socket,
    ending,
    heard: () => Buffer.concat(chunks).toString('latin1'),
    say: text => void socket.write(text, 'latin1'),
  }
}
