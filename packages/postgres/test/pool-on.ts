import { type PostgresOptions, type ResilientPool, resilientPool } from '@holdfast/postgres'
import { Pool, type PoolConfig } from 'pg'
import { onTestFinished } from 'vitest'

/** What pools under test call themselves, so that the server's processes for them can be told from others. */
export const APPLICATION = 'under test'

/** A pool under test. It ends with the test, which fails if a connection has not come back by then. */
export function poolOn(config: PoolConfig, options?: PostgresOptions): ResilientPool {
  const pool = resilientPool(new Pool({ ...config, application_name: APPLICATION }), options)
  onTestFinished(() => pool.end())
  return pool
}
