import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { Pool } from 'pg'

/** What is not said here is as the preset has it. */
export function ordersDatabase(connectionString: string, max: number): ResilientPool {
  const pool = new Pool({ connectionString, max })
  // Connections that wait in the pool end when the database does. The next call makes others, and tells where it cannot.
  pool.on('error', () => {})
  return resilientPool(pool, {
    name: 'database',
    timeouts: { acquireMs: 300, lockMs: 500, statementMs: 1_000, totalMs: 2_000 },
    breaker: { openMs: ({ trips }) => Math.min(5_000, 500 * 2 ** (trips - 1)) },
  })
}
