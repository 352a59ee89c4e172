import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** One connection of a client, under whatever is spoken over it. */
export interface Connection {
  /** Counted from 1 in the order of acceptance. */
  readonly number: number
  readonly remotePort: number
  /** What happens to the next request. */
  whenReused: 'serve' | 'reset' | 'close'
  /** Where the bytes of the protocol go: with TLS, what encrypts them. */
  speaksOver: Duplex
  /** Ends it in order, with a FIN. */
  close(): void
  /** Ends it with an RST. */
  reset(): void
}

export interface ConnectionCount {
  /** How many were accepted in all. */
  readonly accepted: number
  readonly open: number
  /** Resolves as soon as none is open. */
  allClosed(): Promise<void>
}

export interface Connections extends ConnectionCount {
  accept(socket: Socket): Connection
  destroyAll(): void
}

export function countedConnections(): Connections {
  const open = new Set<Socket>()
  let waiting: (() => void)[] = []
  let accepted = 0

  return {
    get accepted() {
      return accepted
    },
    get open() {
      return open.size
    },
    async allClosed() {
      if (open.size === 0) return
      await new Promise<void>(resolve => {
        waiting.push(resolve)
      })
    },
    accept(socket) {
      accepted += 1
      open.add(socket)
      socket.once('close', () => {
        open.delete(socket)
        if (open.size > 0) return
        for (const resolve of waiting) resolve()
        waiting = []
      })
      const connection: Connection = {
        number: accepted,
        remotePort: socket.remotePort ?? 0,
        whenReused: 'serve',
        speaksOver: socket,
        close: () => connection.speaksOver.end(),
        reset() {
          // What has sent a FIN cannot send an RST, and trying it leaves the socket open.
          if (connection.speaksOver.writableEnded) socket.destroy()
          else socket.resetAndDestroy()
        },
      }
      return connection
    },
    destroyAll() {
      for (const socket of open) socket.destroy()
    },
  }
}
