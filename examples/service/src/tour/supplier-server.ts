import type { ServerResponse } from 'node:http'
import { type LocalServer, listen } from './listen.ts'

/** What it does with requests from now on. */
type SupplierMode = 'answers' | 'fails' | 'hangs'

/** A stand-in for somebody else's service. */
export interface Supplier extends LocalServer {
  /** As soon as it does not hang any more, it answers what it was asked meanwhile. */
  mode: SupplierMode
  /** Requests that have come. */
  readonly asked: number
  /** Those that it has not answered. */
  readonly hanging: number
}

export async function startSupplier(): Promise<Supplier> {
  const kept = new Set<() => void>()
  let mode: SupplierMode = 'answers'
  let asked = 0

  const server = await listen(({ url = '' }, response) => {
    asked++
    const id = url.slice(url.lastIndexOf('/') + 1)
    if (mode !== 'hangs') return answer(response, mode, id)
    const release = (): void => answer(response, mode, id)
    kept.add(release)
    response.once('close', () => kept.delete(release))
  })

  return {
    ...server,
    get mode() {
      return mode
    },
    set mode(next) {
      mode = next
      if (mode !== 'hangs') for (const release of kept) release()
    },
    get asked() {
      return asked
    },
    get hanging() {
      return kept.size
    },
  }
}

/** It sells twenty products: 1 to 20. */
function answer(response: ServerResponse, mode: SupplierMode, id: string): void {
  const isKnown = /^(?:[1-9]|1\d|20)$/.test(id)
  if (mode === 'fails') response.writeHead(503).end()
  else if (!isKnown) response.writeHead(404).end()
  else response.end(JSON.stringify({ id, name: `rope ${id}`, priceCents: 1_000 + Number(id) }))
}
