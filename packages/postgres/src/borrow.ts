import type { PoolClient } from 'pg'
import { acquire, type Gateway } from './gateway.ts'
import { type PostgresContext, Work } from './work.ts'

/**
 * A connection for as long as its caller keeps it: a place in the bulkhead is held until its `release`. Nothing that runs on
 * it is repeated, as nobody but the caller knows what belongs together.
 */
export function borrow(gateway: Gateway): Promise<PoolClient> {
  const { connect, bulkhead } = gateway.policies
  const work = new Work({ readOnly: false, isTransaction: false })
  const context: PostgresContext = { postgres: work }
  return connect.run(
    async ({ signal }) => {
      const place = await bulkhead?.acquire({ signal })
      try {
        return holding(await acquire(gateway, work), () => place?.release())
      } catch (error) {
        place?.release()
        throw error
      }
    },
    { context, discard: client => client.release() },
  )
}

/** The pool gives a client a new `release` each time it hands it out. */
function holding(client: PoolClient, leave: () => void): PoolClient {
  const { release } = client
  client.release = reason => {
    leave()
    release(reason)
  }
  return client
}
