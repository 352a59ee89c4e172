import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type LocalServer, startServer } from './local-server.ts'

type Health = 'healthy' | 'failing' | 'hanging'

/** The dependency of the scenario. */
export interface CatalogueServer extends LocalServer {
  health: Health
  readonly requests: number
  /** Resolves when the next request that it leaves hanging has been aborted. */
  readonly nextAborted: () => Promise<void>
}

export async function startCatalogueServer(): Promise<CatalogueServer> {
  const names = new Map([['7', 'rope']])
  const hanging = new EventEmitter<{ request: [ServerResponse] }>()
  let health: Health = 'healthy'
  let requests = 0

  const answer = (id: string, response: ServerResponse): void => {
    const name = names.get(id)
    if (health === 'failing') response.writeHead(500).end('out of memory')
    else if (health === 'hanging') hanging.emit('request', response)
    else if (name === undefined) response.writeHead(404).end()
    else response.end(JSON.stringify({ id, name }))
  }
  const server = await startServer(({ url = '' }, response) => {
    requests++
    answer(url.split('/').at(-1) ?? '', response)
  })

  return {
    ...server,
    get health() {
      return health
    },
    set health(next) {
      health = next
    },
    get requests() {
      return requests
    },
    nextAborted: async () => {
      const [response] = (await once(hanging, 'request')) as [ServerResponse]
      await once(response, 'close')
    },
  }
}
