import type { Client, Pool, PoolClient } from 'pg'
import type { PostgresSettings } from './options.ts'
import type { PostgresPolicies } from './preset.ts'
import type { Work } from './work.ts'

/** The way to the database that all work of a pool takes. */
export interface Gateway {
  readonly settings: PostgresSettings
  readonly policies: PostgresPolicies
  /** Gets a connection of the pool, past all policies. */
  readonly connect: (callback: Connected) => void
  /** A client that has not connected, with the settings of the pool's. */
  readonly makeClient: () => Client
}

export type Connected = (error: Error | undefined, client: PoolClient | undefined) => void

/** A pool whose `connect` is its own, and whose options are those to connect with. */
export function gatewayOf(pool: Pool, view: Pool, settings: PostgresSettings, policies: PostgresPolicies): Gateway {
  const { connect } = pool
  const { Client } = pool as unknown as { readonly Client: new (options: object) => Client }
  return {
    settings,
    policies,
    connect: callback =>
      connect.call(view, (error, client) => {
        if (client !== undefined) withstand(client)
        callback(error, client)
      }),
    makeClient: () => new Client(view.options),
  }
}

/** A connection, past all policies. */
export function connected({ connect }: Gateway): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    connect((error, client) => (client === undefined ? reject(error) : resolve(client)))
  })
}

/** One for `work`, which knows a failure to be from before it began. */
export function acquire(gateway: Gateway, work: Work): Promise<PoolClient> {
  return connected(gateway).catch((error: unknown) => {
    throw work.meets(error, 'before')
  })
}

const withstood = new WeakSet<PoolClient>()

/** A connection that dies while nothing runs on it must not end the process; what is asked of it next fails. */
function withstand(client: PoolClient): void {
  if (withstood.has(client)) return
  withstood.add(client)
  client.on('error', ignore)
}

const ignore = (): void => {}
