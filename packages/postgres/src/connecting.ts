import { TimeoutError } from '@holdfast/core'
import { isEnabled } from '@holdfast/core/kernel'
import type { PoolClient } from 'pg'
import { transactionStatusOf } from './connection.ts'
import { acquire, type Gateway, isDoomed } from './gateway.ts'
import { limitOf, type QueryOptions, readQueryOptions } from './query-options.ts'
import { tell } from './tell.ts'
import { contextOf, Work } from './work.ts'

type Release = PoolClient['release']
type Borrowed = (error: Error | undefined, client: PoolClient | undefined, release: Release) => void

/** `connect` of a resilient pool, in both forms. */
export function connectOf(
  gateway: Gateway,
  defaults: QueryOptions | undefined,
): (callback?: Borrowed) => Promise<PoolClient> | undefined {
  return callback => {
    const borrowed = borrow(gateway, defaults)
    if (callback === undefined) return borrowed
    tell(borrowed, (error, client) =>
      client === undefined
        ? callback(error ?? undefined, undefined, ignore)
        : callback(undefined, client, reason => client.release(reason)),
    )
    return undefined
  }
}

const ignore = (): void => {}

/**
 * A connection for as long as its caller keeps it: a place in the bulkhead is held until its `release`. Nothing that runs on
 * it is repeated, as nobody but the caller knows what belongs together.
 */
async function borrow(gateway: Gateway, options: QueryOptions | undefined): Promise<PoolClient> {
  const { settings, policies } = gateway
  const { connect, bulkhead } = policies
  const read = readQueryOptions(settings.name, options)
  const timeoutMs = limitOf(settings.name, read)
  if (timeoutMs <= 0) throw new TimeoutError(settings.name, 0, 'run')
  const work = new Work({ readOnly: read.readOnly, isTransaction: false })
  const context = contextOf(work, read.context)
  return connect.run(
    async ({ signal }) => {
      const place = isEnabled(settings) ? await bulkhead?.acquire({ signal }) : undefined
      try {
        return holding(await acquire(gateway, work), () => place?.release())
      } catch (error) {
        place?.release()
        throw error
      }
    },
    { signal: read.signal, timeoutMs, context, discard: client => client.release() },
  )
}

/** The pool gives a client a new `release` each time it hands it out. */
function holding(client: PoolClient, leave: () => void): PoolClient {
  const release = client.release.bind(client)
  client.release = reason => {
    leave()
    // Whoever comes next must not find a transaction open.
    const isIdle = (transactionStatusOf(client) ?? 'I') === 'I'
    release(isDoomed(client) || !isIdle || reason)
  }
  return client
}
