import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The hosts that pages may fetch from, answered by a server on the loopback interface. */
export interface ExampleHosts {
  /** `fetch`, with `https://….example` and `https://….example.com` led to that server; nothing leaves the machine. */
  readonly fetch: typeof fetch
  readonly close: () => Promise<void>
}

/**
 * Answers with `{ "id": …, "name": … }`, the id being the last part of the path. A host called `down.…` answers 503,
 * `busy.…` answers the first request for a path with 503 and a Retry-After of 0, and `slow.…` never answers.
 */
export async function serveExampleHosts(): Promise<ExampleHosts> {
  const asked = new Set<string>()
  const server = createServer((request, response) => {
    const [, host = '', ...path] = new URL(request.url ?? '', 'http://loopback').pathname.split('/')
    request.resume()
    if (host.startsWith('slow.')) return
    const isFirst = !asked.has(path.join('/'))
    asked.add(path.join('/'))
    const isDown = host.startsWith('down.') || (host.startsWith('busy.') && isFirst)
    answer(response, isDown ? 503 : 200, path.at(-1) ?? '')
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })

  const { port } = server.address() as AddressInfo
  const realFetch = globalThis.fetch
  return {
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      if (url.hostname === '127.0.0.1') return realFetch(input, init)
      if (!/(?:^|\.)example(?:\.com)?$/.test(url.hostname)) throw new Error(`${url.hostname} is no example host`)
      const target = `http://127.0.0.1:${port}/${url.hostname}${url.pathname}${url.search}`
      return realFetch(input instanceof Request ? new Request(target, input) : target, init)
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, id: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
  response.end(JSON.stringify({ id, name: 'Kelp' }))
}
