import type { Client, Pool, PoolClient } from 'pg'
import { connectingOptions } from './connecting-options.ts'
import type { PostgresSettings } from './options.ts'
import { type PostgresPolicies, postgresPolicies } from './preset.ts'
import { viewOf } from './view.ts'
import type { Work } from './work.ts'

/** The way to the database that all work of a pool takes. */
export interface Gateway {
  readonly pool: Pool
  readonly settings: PostgresSettings
  readonly policies: PostgresPolicies
  /** What connections are made with. */
  readonly options: Pool['options']
  /** Gets a connection of the pool, past all policies. */
  readonly connect: (callback: Connected) => void
  /** A client that has not connected, with the settings of the pool's. */
  readonly makeClient: () => Client
}

type Connected = (...answer: [error: Error, client: undefined] | [error: undefined, client: PoolClient]) => void

export function gatewayOf(pool: Pool, settings: PostgresSettings): Gateway {
  const options = connectingOptions(pool, settings)
  const connecting = viewOf(pool, { options })
  const { Client } = pool as unknown as { readonly Client: new (options: object) => Client }
  return {
    pool,
    settings,
    policies: postgresPolicies(settings, options.max),
    options,
    connect: callback =>
      pool.connect.call(connecting, (error, client) => {
        if (error !== undefined) callback(error, undefined)
        else if (client !== undefined) callback(undefined, withstanding(client))
      }),
    makeClient: () => new Client(options),
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
function withstanding(client: PoolClient): PoolClient {
  if (withstood.has(client)) return client
  withstood.add(client)
  return client.on('error', ignore)
}

const ignore = (): void => {}
