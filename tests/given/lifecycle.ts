import { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type ListenOptions, Socket } from 'node:net'
import { resilientFetch } from '@holdfast/fetch'
import { lifecycle } from '@holdfast/lifecycle'

export { createServer } from 'node:http'

/** Whatever port an example names, a free one of the loopback interface. */
class LoopbackServer extends Server {
  override listen(_: unknown, listener?: unknown): this {
    return super.listen({ port: 0, host: '127.0.0.1' } satisfies ListenOptions, listener as () => void)
  }
}

export const server: Server = new LoopbackServer()

export const life = lifecycle({ signals: [] })

export const request: IncomingMessage = new IncomingMessage(new Socket())

export const response: ServerResponse = new ServerResponse(request)

export const api = resilientFetch()

export const pool = { query: async (_text: string): Promise<void> => {}, end: async (): Promise<void> => {} }

export async function render(_call: object): Promise<string> {
  return 'kelp'
}

export function fail(error: unknown, to: ServerResponse): void {
  to.statusCode = 500
  to.end(String(error))
}

export function close(): void {
  server.close()
}
