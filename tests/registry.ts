import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Registry {
  readonly url: string
  /** The names of what has been published, in order. */
  readonly published: string[]
  /** Makes it the latest version that is there. */
  readonly has: (name: string, version: string) => void
  readonly close: () => Promise<void>
}

/** As much of the npm registry as `npm view` and `npm publish` ask for, on the loopback interface. */
export async function serveRegistry(): Promise<Registry> {
  const versions = new Map<string, string>()
  const published: string[] = []
  const server = createServer(({ method, url = '' }, response) => {
    const name = decodeURIComponent(url.slice(1))
    const version = versions.get(name)
    if (method === 'PUT') {
      published.push(name)
      response.writeHead(201).end('{}')
    } else if (version === undefined) response.writeHead(404).end('{}')
    else response.end(JSON.stringify(documentOf(name, version)))
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    published,
    has: (name, version) => void versions.set(name, version),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function documentOf(name: string, version: string): object {
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { name, version } } }
}
