import { startTimer } from '@holdfast/core/kernel'
import type { Client, Pool, PoolClient } from 'pg'
import { classify } from './classify.ts'
import { onServerError } from './connection.ts'
import { type ClientClass, limitedClient } from './limited-client.ts'
import type { PostgresSettings } from './options.ts'
import { type PostgresPolicies, postgresPolicies } from './preset.ts'
import { Silence } from './silence.ts'
import type { Work } from './work.ts'

/** The way to the database that all work of a pool takes. */
export interface Gateway {
  readonly pool: Pool
  readonly settings: PostgresSettings
  readonly policies: PostgresPolicies
  readonly silence: Silence
  /** Gets a connection of the pool, past all policies. */
  readonly connect: (callback: Connected) => void
  /** A client that has not connected, with the settings of the pool's. */
  readonly makeClient: () => Client
}

type Connected = (...answer: [error: Error, client: undefined] | [error: undefined, client: PoolClient]) => void

/** From now on, the pool makes its connections with the limits of `settings`. */
export function gatewayOf(pool: Pool, settings: PostgresSettings): Gateway {
  const LimitedClient = limitedClient(pool, settings)
  ;(pool as unknown as { Client: ClientClass }).Client = LimitedClient
  return {
    pool,
    settings,
    policies: postgresPolicies(settings, pool.options.max),
    silence: new Silence(settings),
    connect: callback => {
      const { options, idleCount, waitingCount, totalCount } = pool
      const isAtHand = idleCount > waitingCount || totalCount < options.max
      takeFrom(pool, isAtHand ? callback : limited(settings, callback))
    },
    makeClient: () => new LimitedClient(pool.options),
  }
}

function takeFrom(pool: Pool, callback: Connected): void {
  pool.connect((error, client) => {
    if (error !== undefined) callback(error, undefined)
    else if (client !== undefined) callback(undefined, withstanding(client))
  })
}

/** Bounds the wait for a connection that others have. One that comes later goes back at once. */
function limited({ clock, timeouts }: PostgresSettings, callback: Connected): Connected {
  let isOver = false
  const expire = (): void => {
    isOver = true
    // As that of pg-pool, which cannot bound a single wait.
    callback(new Error('timeout exceeded when trying to connect'), undefined)
  }
  const timer = startTimer(clock, expire, timeouts.acquireMs)
  return (...answer) => {
    clock.clearTimeout(timer)
    if (!isOver) callback(...answer)
    else answer[1]?.release()
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
  onServerError(client, error => {
    if (!classify(error).keepsConnection) doomed.add(client)
  })
  return client.on('error', ignore)
}

const doomed = new WeakSet<PoolClient>()

/** Whether the server has said something after which a connection must not be used again, though it may still be open. */
export function isDoomed(client: PoolClient): boolean {
  return doomed.has(client)
}

const ignore = (): void => {}
