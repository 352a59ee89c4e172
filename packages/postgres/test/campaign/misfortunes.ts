import { setTimeout } from 'node:timers/promises'
import type { PostgresServer } from '@holdfast/database-servers'
import { seededRandom } from '@holdfast/testing'
import type { Direction, Ending, FaultProxy } from '@holdfast/testing/fault-proxy'
import { Client } from 'pg'
import { APPLICATION } from '../pool-on.ts'

/** What happened, and how often. */
export type Happened = Readonly<Record<string, number>>

/** Lets faults befall the server and the way to it, by lot, until it is stopped; then all is well again. */
export function misfortunes(server: PostgresServer, proxy: FaultProxy, seed: number): { stop(): Promise<Happened> } {
  const random = seededRandom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const one = <T>(...of: readonly [T, ...T[]]): T => of[below(of.length)] ?? of[0]
  const direction = (): Direction => one('toServer', 'toClient')
  const how = (): Ending => one<Ending>('reset', 'end', 'silence')
  const happened: Record<string, number> = {}
  const state = { isStopped: false }

  const backend = `(select pid from pg_stat_activity where application_name = '${APPLICATION}' order by random() limit 1)`
  const all: Readonly<Record<string, () => unknown>> = {
    'a link is cut': () => proxy.links[below(proxy.links.length)]?.cut({ how: one('reset', 'end') }),
    'one side of a link is cut': () => proxy.links[below(proxy.links.length)]?.cut({ direction: direction() }),
    'all links are cut': () => proxy.cut({ how: one('reset', 'end') }),
    'links are cut after some bytes': () =>
      proxy.cutAfter({ direction: direction(), bytes: below(3_000), how: how(), times: 1 + below(3) }),
    'a COMMIT is cut off': () =>
      proxy.cutAt({ direction: 'toServer', match: 'COMMIT\0', at: one('before', 'within', 'after'), how: how() }),
    'the answer to a COMMIT is cut off': () =>
      proxy.cutAt({ direction: 'toClient', match: 'COMMIT\0', at: one('before', 'within', 'after'), how: how() }),
    'a statement is cut off': () => proxy.cutAt({ direction: 'toServer', match: 'insert into ledger', how: how() }),
    'a link is silent for good': () => proxy.links[below(proxy.links.length)]?.silence({ direction: direction() }),
    'the network is slow': () => proxy.delay({ delayMs: below(10) }),
    'the network is silent': async () => {
      proxy.silence()
      await setTimeout(below(150))
      await proxy.heal()
    },
    'connections are refused': async () => {
      await proxy.refuse()
      await setTimeout(below(150))
      await proxy.accept()
    },
    'a process is terminated': () => ask(server, `select pg_terminate_backend(${backend})`),
    'a statement is cancelled': () => ask(server, `select pg_cancel_backend(${backend})`),
    'all is well': () => proxy.heal(),
  }
  const kinds = Object.keys(all) as [string, ...string[]]

  const going = (async () => {
    while (!state.isStopped) {
      const kind = one(...kinds)
      happened[kind] = (happened[kind] ?? 0) + 1
      await all[kind]?.()
      await setTimeout(below(40))
    }
    await proxy.heal()
  })()
  return {
    async stop() {
      state.isStopped = true
      await going
      return happened
    },
  }
}

/** Says it to the server, past the proxy; a server that is away does not hear it. */
async function ask(server: PostgresServer, sql: string): Promise<void> {
  const client = new Client(server.config)
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(sql)
  } catch {
    // It goes and comes back meanwhile.
  } finally {
    await client.end()
  }
}
