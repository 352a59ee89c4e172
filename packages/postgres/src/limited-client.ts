import type { Client, ClientConfig, Pool } from 'pg'
import type { PostgresSettings } from './options.ts'

/** What a pool makes its connections of. */
export type ClientClass = new (options: object) => Client

/**
 * The clients of a pool with the limit of connecting, and those that the server keeps for each statement. They are given
 * to the client, as the pool would start a timer of its own for each call that it serves.
 */
export function limitedClient(pool: Pool, settings: PostgresSettings): ClientClass {
  const { Client } = pool as unknown as { readonly Client: ClientClass }
  const limits = limitsOf(settings)
  return class LimitedClient extends Client {
    constructor(options: object) {
      // With passwords and keys, which are hidden from whoever prints the options.
      super(Object.assign(Object.defineProperties({}, Object.getOwnPropertyDescriptors(options)), limits))
    }
  }
}

function limitsOf({ timeouts, sessionTimeouts }: PostgresSettings): ClientConfig {
  const { acquireMs, lockMs, statementMs } = timeouts
  return {
    ...(acquireMs !== Infinity && { connectionTimeoutMillis: acquireMs }),
    ...(sessionTimeouts && lockMs !== Infinity && { lock_timeout: Math.ceil(lockMs) }),
    ...(sessionTimeouts && statementMs !== Infinity && { statement_timeout: Math.ceil(statementMs) }),
  }
}
