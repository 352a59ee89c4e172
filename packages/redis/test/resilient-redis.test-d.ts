import type { CircuitBreaker } from '@holdfast/circuit-breaker'
import type { Policy } from '@holdfast/core'
import {
  breakerOf,
  type ClassifiedRedisFailure,
  classify,
  commandOf,
  policyOf,
  type RedisCommand,
  type RedisEvent,
  resilientRedis,
  withCallOptions,
} from '@holdfast/redis'
import type { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expectTypeOf, it } from 'vitest'

declare const ioredis: Redis
declare const cluster: Cluster
const nodeRedis = createClient()

describe('resilientRedis', () => {
  it('returns the type that it was given', () => {
    expectTypeOf(resilientRedis(ioredis)).toEqualTypeOf<Redis>()
    expectTypeOf(resilientRedis(cluster)).toEqualTypeOf<Cluster>()
    expectTypeOf(resilientRedis(nodeRedis)).toEqualTypeOf<typeof nodeRedis>()
    expectTypeOf(withCallOptions(nodeRedis, { timeoutMs: 50 })).toEqualTypeOf<typeof nodeRedis>()
  })

  it('takes clients only', () => {
    // @ts-expect-error it has no commands
    resilientRedis({})
    // @ts-expect-error there is no such option
    resilientRedis(ioredis, { retries: 3 })
    // @ts-expect-error the clock is that of the client
    resilientRedis(ioredis, { total: { clock: undefined } })
    resilientRedis(ioredis, { idempotent: { INCR: true, SET: args => args.length === 2 } })
    resilientRedis(ioredis, { idempotent: ({ name }) => (name === 'INCR' ? true : undefined) })
    resilientRedis(ioredis, { retry: { handles: ({ call }) => commandOf(call)?.name !== 'KEYS' } })
  })
})

describe('what is asked of a client', () => {
  it('has the types of the policies', () => {
    expectTypeOf(policyOf(ioredis)).toEqualTypeOf<Policy<never, RedisEvent>>()
    expectTypeOf(breakerOf(ioredis)).toEqualTypeOf<CircuitBreaker | undefined>()
    expectTypeOf(commandOf).returns.toEqualTypeOf<RedisCommand | undefined>()
    expectTypeOf(classify).returns.toEqualTypeOf<ClassifiedRedisFailure>()
  })
})
