import { circuitBreaker } from '@holdfast/circuit-breaker'
import {
  breakerOf,
  ioredisSettings,
  policyOf,
  type ResilientRedisOptions,
  resilientRedis,
  withCallOptions,
} from '@holdfast/redis'
import { retry } from '@holdfast/retry'
import { timeout } from '@holdfast/timeout'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import { describe, expect, it } from 'vitest'

const offline = (): Redis => new Redis({ ...ioredisSettings, lazyConnect: true })
const known = 'total, retry, breaker, command, idempotent, random, name, clock, enabled'

describe('the options of resilientRedis', () => {
  it.each<[unknown, string]>([
    [{ retries: 3 }, `redis: unknown option "retries", expected one of ${known}`],
    [{ name: '' }, 'redis: name must be a string that is not empty, got ""'],
    [{ name: 'cache', total: 5 }, 'redis "cache": total must be options of a timeout, a policy or false, got 5'],
    [{ command: true }, 'redis: command must be options of a timeout, a policy or false, got true'],
    [{ retry: null }, 'redis: retry must be options of a retry, a policy or false, got null'],
    [{ breaker: [] }, 'redis: breaker must be options of a circuit breaker, a policy or false, got an array'],
    [
      { idempotent: ['INCR'] },
      'redis: idempotent must be a function, or an object of names with true, false or a function, got an array',
    ],
    [
      { idempotent: { INCR: 1 } },
      'redis: idempotent must be a function, or an object of names with true, false or a function, got an object',
    ],
    [{ random: 0.5 }, 'redis: random must be a function, got 0.5'],
    [
      { command: { timeoutMs: 0 } },
      'timeout "redis.command": timeoutMs must be a number of milliseconds above 0, or a function that returns one, got 0',
    ],
    [
      { total: { timeoutMs: -1 } },
      'timeout "redis.total": timeoutMs must be a number of milliseconds above 0, or a function that returns one, got -1',
    ],
    [{ retry: { maxAttempts: 0 } }, 'retry "redis.retry": maxAttempts must be an integer of at least 1, got 0'],
    [
      { breaker: { ignoresResult: true } },
      'circuit-breaker "redis.breaker": ignoresResult must be a function, got true',
    ],
  ])('%j throw: %s', (options, message) => {
    expect(() => resilientRedis(offline(), options as ResilientRedisOptions)).toThrow(message)
  })

  it('may be left out, or undefined', () => {
    const all = Object.fromEntries(known.split(', ').map(option => [option, undefined]))

    expect(policyOf(resilientRedis(offline())).name).toBe('redis')
    expect(policyOf(resilientRedis(offline(), all)).name).toBe('redis')
  })

  it('are not written on, and read once', () => {
    const options: ResilientRedisOptions = Object.freeze({ retry: Object.freeze({}), idempotent: Object.freeze({}) })

    expect(() => resilientRedis(offline(), options)).not.toThrow()
  })

  it('may be policies of the user', () => {
    const breaker = circuitBreaker({ name: 'shared' })
    const redis = resilientRedis(offline(), {
      total: timeout({ timeoutMs: 50 }),
      command: timeout({ timeoutMs: 10 }),
      retry: retry(),
      breaker,
    })

    expect(breakerOf(redis)).toBe(breaker)
    expect(breakerOf(resilientRedis(offline(), { breaker: timeout({ timeoutMs: 10 }) }))).toBeUndefined()
  })
})

describe('resilientRedis', () => {
  it('refuses a Redis that sends commands again by itself', () => {
    expect(() => resilientRedis(new Redis({ lazyConnect: true }), { name: 'cache' })).toThrow(
      'cache: this client sends commands again whose answer was lost, which doubles writes: ' +
        'pass autoResendUnfulfilledCommands: false, or all of ioredisSettings',
    )
  })

  it('refuses a Cluster that sends commands again by itself', () => {
    const nodes = ['redis://127.0.0.1:1']

    expect(() => resilientRedis(new Cluster(nodes, { lazyConnect: true }))).toThrow(
      'redis: this cluster sends commands again whose answer was lost, which doubles writes: pass retryDelayOnFailover: 0',
    )
    expect(resilientRedis(new Cluster(nodes, { lazyConnect: true, retryDelayOnFailover: 0 }))).toBeInstanceOf(Cluster)
  })

  it.each([
    ['a cluster of redis', () => createCluster({ rootNodes: [] })],
    ['a sentinel of redis', () => createSentinel({ name: 'm', sentinelRootNodes: [] })],
    ['something else', () => ({ sendCommand: () => {}, duplicate: () => {} })],
  ])('refuses %s', (_, make) => {
    expect(() => resilientRedis(make() as never)).toThrow(
      'redis: expected a Redis or Cluster of ioredis, or a client that createClient of redis has made',
    )
  })

  it('refuses what is resilient already', () => {
    expect(() => resilientRedis(resilientRedis(offline()))).toThrow('redis: this client is resilient already')
    expect(() => resilientRedis(withCallOptions(resilientRedis(offline()), {}))).toThrow('resilient already')
    expect(() => resilientRedis(resilientRedis(createClient()))).toThrow('redis: this client is resilient already')
  })
})

describe('what is asked of a client', () => {
  it.each([
    ['policyOf', policyOf],
    ['breakerOf', breakerOf],
    ['withCallOptions', withCallOptions],
  ])('%s refuses one that is not resilient', (_, ask) => {
    expect(() => ask(offline(), {})).toThrow('redis: expected a client that resilientRedis has made')
  })

  it('rejects where call options make no sense', async () => {
    const redis = resilientRedis(offline())

    await expect(withCallOptions(redis, { timeoutMs: 0 }).get('key')).rejects.toThrow(
      'redis: run: timeoutMs must be a number of milliseconds above 0, got 0',
    )
    await expect(withCallOptions(redis, { retries: 3 } as never).get('key')).rejects.toThrow('unknown option "retries"')
  })
})
