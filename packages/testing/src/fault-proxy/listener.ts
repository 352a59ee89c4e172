import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

/** A port where connections are taken, or refused. */
export interface Listener {
  readonly port: number
  readonly refuse: () => Promise<void>
  /** Rejects once it is closed. */
  readonly accept: () => Promise<void>
  readonly close: () => Promise<void>
}

interface ListenerSettings {
  readonly host: string
  readonly port: number | undefined
  readonly connected: (client: Socket) => void
}

/**
 * Below the ports that systems give to outgoing connections: nobody shall take the port while connections are refused, and
 * a client that keeps on trying shall not meet itself.
 */
const [FIRST_PORT, LAST_PORT] = [10_000, 19_999]
const MOST_TRIES = 1_000

export async function listener({ host, port, connected }: ListenerSettings): Promise<Listener> {
  const open = (chosen: number): Promise<Server> => listening(chosen, host, connected)
  let server: Server | undefined = port === undefined ? await onFreePort(open) : await open(port)
  const chosen = (server.address() as { readonly port: number }).port

  let isClosed = false

  // One after the other: what was asked last is what holds.
  let last = Promise.resolve()
  const afterTheLast = (step: () => Promise<void> | void): Promise<void> => {
    const done = last.then(step)
    last = done.catch(() => {})
    return done
  }
  const refuse = (): Promise<void> =>
    afterTheLast(() => {
      // It stops listening at once, whatever connections it has.
      server?.close()
      server = undefined
    })
  return {
    port: chosen,
    refuse,
    accept: () =>
      afterTheLast(async () => {
        if (isClosed) throw new Error('faultProxy: it is closed')
        server ??= await open(chosen)
      }),
    close() {
      isClosed = true
      return refuse()
    },
  }
}

async function onFreePort(open: (port: number) => Promise<Server>): Promise<Server> {
  for (let tries = 1; ; tries++) {
    try {
      return await open(randomInt(FIRST_PORT, LAST_PORT + 1))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === MOST_TRIES) throw error
    }
  }
}

async function listening(port: number, host: string, connected: (client: Socket) => void): Promise<Server> {
  // What a client says waits until there is somebody to say it to.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, connected)
  server.listen(port, host)
  await once(server, 'listening')
  // A connection that could not be taken, for want of file descriptors, is none of the test's.
  server.on('error', () => {})
  return server
}
