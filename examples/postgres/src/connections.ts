import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { ioredisSettings, resilientRedis } from '@holdfast/redis'
import { consecutiveFailures } from 'holdfast'
import { Redis } from 'ioredis'
import { Pool, type PoolConfig } from 'pg'

// All policies of the service are here. What is not said is as the presets have it.

export function ordersDatabase(config: PoolConfig): ResilientPool {
  return resilientPool(new Pool({ ...config, max: 10 }), {
    name: 'orders',
    timeouts: { acquireMs: 500, lockMs: 1_000, statementMs: 2_000, totalMs: 5_000 },
  })
}

/** A cache that must be asked twice, or waited for, is none. */
export function articleCache(url: string): Redis {
  const redis = new Redis(url, { ...ioredisSettings })
  // It connects again by itself, and its commands tell what fails.
  redis.on('error', () => {})
  return resilientRedis(redis, {
    name: 'cache',
    total: false,
    retry: false,
    breaker: { trip: consecutiveFailures(5), openMs: 500 },
    command: { timeoutMs: 50 },
  })
}
