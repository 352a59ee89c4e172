import type { Pool, PoolConfig } from 'pg'
import type { PostgresSettings } from './options.ts'

/**
 * The options of a pool to make connections with: with the limit of that, and those that the server keeps. A copy, since
 * the pool's own serve whoever uses it without policies. Passwords and keys stay hidden from whoever prints it.
 */
export function connectingOptions({ options }: Pool, { timeouts, sessionTimeouts }: PostgresSettings): Pool['options'] {
  const { acquireMs, lockMs, statementMs } = timeouts
  const copy: Pool['options'] = Object.defineProperties(
    {} as Pool['options'],
    Object.getOwnPropertyDescriptors(options),
  )
  const limits: PoolConfig = {
    ...(acquireMs !== Infinity && { connectionTimeoutMillis: acquireMs }),
    ...(sessionTimeouts && lockMs !== Infinity && { lock_timeout: Math.ceil(lockMs) }),
    ...(sessionTimeouts && statementMs !== Infinity && { statement_timeout: Math.ceil(statementMs) }),
  }
  return Object.assign(copy, limits)
}
