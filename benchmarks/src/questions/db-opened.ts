import type { Opened } from '../harness/beside-bare.ts'
import { type DbFamily, usualLimits } from '../subjects/db-family.ts'

/** Clients of a family, with a server of their own. */
export async function dbOpened({ startServer, bare, clients }: DbFamily, subjects: readonly string[]): Promise<Opened> {
  const server = await startServer()
  const started = subjects.map(async subject => {
    const client = clients[subject] ?? bare
    return [subject, await client(server.url, usualLimits)] as const
  })
  const workers = await Promise.all(started)
  return {
    calls: new Map(workers.map(([subject, { call }]) => [subject, call])),
    close: async () => {
      await Promise.all(workers.map(([, { end }]) => end()))
      await server.close()
    },
  }
}
