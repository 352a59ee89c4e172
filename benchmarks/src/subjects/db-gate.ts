import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands before a database. */
export interface Gate {
  /** That of the database, by way of the gate. */
  readonly url: string
  /** How many connections have come. */
  readonly connections: () => number
  /** From now on nothing gets through, and nobody is told. */
  readonly hold: () => void
  readonly close: () => void
}

/** Breaks so many of the first connections, and lets all others through. */
export async function gateTo(databaseUrl: string, breaks: number): Promise<Gate> {
  const url = new URL(databaseUrl)
  const { hostname: host, port } = url
  const sockets: Socket[] = []
  let connections = 0
  let isHeld = false

  const pass = (from: Socket, to: Socket): void => {
    sockets.push(from)
    from.on('data', data => isHeld || to.write(data))
    from.on('close', () => to.destroy())
    from.on('error', () => {})
  }
  const server = createServer({ noDelay: true }, client => {
    if (++connections <= breaks) {
      client.destroy()
      return
    }
    const database = connect({ host, port: Number(port), noDelay: true })
    pass(client, database)
    pass(database, client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    connections: () => connections,
    hold: () => {
      isHeld = true
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
