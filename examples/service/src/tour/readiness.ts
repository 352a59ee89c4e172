import { setTimeout as wait } from 'node:timers/promises'

/** What a probe is told. */
export interface Readiness {
  readonly code: number
  readonly status: string
}

export async function readiness(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`)
  const { status } = (await response.json()) as { readonly status: string }
  return { code: response.status, status }
}

const PROBED_EVERY_MS = 50

/** Probes until it is stopped, and resolves then with all that it was told, each once: `200 up`. */
export function watchReadiness(url: string): () => Promise<ReadonlySet<string>> {
  const told = new Set<string>()
  const stopping = new AbortController()

  const probing = (async () => {
    while (!stopping.signal.aborted) {
      const { code, status } = await readiness(url)
      told.add(`${code} ${status}`)
      await wait(PROBED_EVERY_MS)
    }
  })()
  return async () => {
    stopping.abort()
    await probing
    return told
  }
}
