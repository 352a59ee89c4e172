import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port of the loopback interface that nobody listens on. It lies below those that systems give to outgoing connections: a
 * server that is down for a moment must find its port free, and a client that keeps connecting to it must not meet itself. A
 * cluster bus of Redis is 10 000 above, below them too.
 */
export async function freePort(): Promise<number> {
  while (true) {
    const port = randomInt(10_000, 20_000)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
