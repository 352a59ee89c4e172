import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Opened } from '../harness/beside-bare.ts'
import type { Call } from '../harness/interleaved.ts'
import { type Family, usualLimits } from '../subjects/http-client.ts'

const serverPath = fileURLToPath(new URL('http-server.ts', import.meta.url))

/** Clients of a family, with a server in a process of its own. */
export async function httpOpened(family: Family, subjects: readonly string[]): Promise<Opened> {
  const server = fork(serverPath)
  const [port] = (await once(server, 'message')) as [number]
  const url = `http://127.0.0.1:${port}/orders/1`
  const calls = subjects.map((subject): readonly [string, Call] => {
    const get = family.clients[subject]?.make(usualLimits) ?? family.bare
    return [subject, () => get(url)]
  })
  return { calls: new Map(calls), close: () => server.disconnect() }
}
