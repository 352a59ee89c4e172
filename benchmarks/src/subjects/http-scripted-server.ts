import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from './http-answer.ts'

/** What a server does with a request. */
export type Deed = keyof typeof deeds

export interface ScriptedServer {
  readonly url: string
  /** How many requests have come. */
  readonly requests: () => number
  /** How many connections they have come by. */
  readonly connections: () => number
  readonly close: () => void
}

const deeds = {
  answers: answer,
  fails: (response: ServerResponse) => void response.writeHead(503).end('down'),
  hangs: () => {},
}

/** Does one after the other with the requests that come, and the last one with all others. */
export async function scriptedServer(script: readonly Deed[]): Promise<ScriptedServer> {
  let requests = 0
  let connections = 0
  const server = createServer((_, response) => {
    const deed = script[Math.min(requests++, script.length - 1)] ?? 'answers'
    deeds[deed](response)
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/orders/1`, requests: () => requests, connections: () => connections, close }
}
