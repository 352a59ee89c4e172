import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Catalogue } from './catalogue.ts'
import { failureReply, type Reply } from './failure-reply.ts'
import { type LocalServer, startServer } from './local-server.ts'

/** Serves `/products/<id>` from the catalogue. */
export function startService(catalogue: Pick<Catalogue, 'product'>): Promise<LocalServer> {
  return startServer((request, response) => {
    const gone = new AbortController()
    response.once('close', () => {
      if (!response.writableEnded) gone.abort(new Error('the client has gone'))
    })
    void reply(request, catalogue, gone.signal).then(answer => send(response, answer))
  })
}

async function reply(
  { url = '' }: IncomingMessage,
  catalogue: Pick<Catalogue, 'product'>,
  signal: AbortSignal,
): Promise<Reply> {
  const id = /^\/products\/([\w-]+)$/.exec(url)?.[1]
  if (id === undefined) return { status: 404, body: { error: 'unknown path' } }
  try {
    const product = await catalogue.product(id, signal)
    return product === undefined ? { status: 404, body: { error: 'no such product' } } : { status: 200, body: product }
  } catch (error) {
    return failureReply(error)
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  // Who has gone gets no answer.
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
