import { createServer } from 'node:net'
import type { buildConnector } from 'undici'
import type { Undici } from './undicis.ts'

/** Makes connections to a port that nobody listens on, the first `times` times; then as it should. */
export async function refusing({ buildConnector }: Undici, times: number): Promise<buildConnector.connector> {
  const closedPort = await portThatWasClosed()
  const connect = buildConnector({})
  let left = times
  return (options, callback) => {
    left -= 1
    connect(left < 0 ? options : { ...options, port: closedPort }, callback)
  }
}

function portThatWasClosed(): Promise<string> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(String(port)))
    })
  })
}
