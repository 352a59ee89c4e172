import { startPostgres } from '@holdfast/database-servers'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { Pool } from 'pg'
import type { Call } from '../harness/interleaved.ts'
import { aroundByCockatiel } from './cockatiel.ts'
import type { Client, DbFamily, Limits } from './db-family.ts'
import { MAX_ATTEMPTS, MAX_CONCURRENT } from './job.ts'
import { byHand, NUMBER, query, tables, through } from './postgres-work.ts'

export const postgresFamilies: readonly DbFamily[] = [
  {
    name: 'pool.query of pg',
    startServer,
    isPool: true,
    answer: NUMBER,
    bare: on(query),
    clients: {
      holdfast: on((pool, limits) => query(protectedPool(pool, limits))),
      cockatiel: on((pool, limits) => aroundByCockatiel(query(pool), limits, MAX_CONCURRENT)),
    },
  },
  {
    name: 'transaction of pg',
    startServer,
    isPool: true,
    answer: NUMBER,
    bare: on(byHand),
    clients: {
      holdfast: on((pool, limits) => through(protectedPool(pool, limits))),
      cockatiel: on((pool, limits) => aroundByCockatiel(byHand(pool), limits, MAX_CONCURRENT)),
    },
  },
]

async function startServer() {
  const server = await startPostgres()
  const pool = new Pool({ connectionString: server.url })
  await pool.query(tables)
  await pool.end()
  return server
}

function on(use: (pool: Pool, limits: Limits) => Call): Client {
  return (url, limits) => {
    const pool = new Pool({ connectionString: url, max: MAX_CONCURRENT })
    // Without listeners, a connection that dies ends the process.
    pool.on('error', () => {})
    pool.on('connect', client => client.on('error', () => {}))
    return { call: use(pool, limits), end: () => pool.end() }
  }
}

function protectedPool(pool: Pool, { attemptMs, totalMs }: Limits): ResilientPool {
  return resilientPool(pool, {
    timeouts: { statementMs: attemptMs, totalMs },
    retry: { maxAttempts: MAX_ATTEMPTS },
  })
}
