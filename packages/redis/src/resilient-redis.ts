import type { CircuitBreaker } from '@holdfast/circuit-breaker'
import type { Policy } from '@holdfast/core'
import { type CallOptions, Guard } from './guard.ts'
import type { IoredisClient } from './ioredis-client.ts'
import { ioredisView } from './ioredis-view.ts'
import type { NodeRedisClient } from './node-redis-client.ts'
import { nodeRedisView } from './node-redis-view.ts'
import { type ResilientRedisOptions, readRedisOptions } from './options.ts'
import { type RedisEvent, redisPolicies } from './preset.ts'

/** A client of ioredis (`Redis`, `Cluster`), or one that `createClient` of redis has made. */
export interface RedisLike {
  /** Sends one command. */
  sendCommand(...args: never[]): unknown
  /** Makes another client with the same settings; that of a view is a view with the same policies. */
  duplicate(...args: never[]): unknown
}

/** A client that can be given to policies, and what is known of it. */
interface Resilient {
  readonly client: object
  readonly guard: Guard
}

const resilient = /* @__PURE__ */ new WeakMap<object, Resilient>()

/**
 * A view of a client of ioredis or redis, of the same type: its commands have a deadline and a circuit breaker, and are
 * repeated where that cannot double anything. Connection, events and state are those of the client.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense, and a `TypeError` for what is no such client, is
 * resilient already, or sends commands again by itself: `new Redis({ ...ioredisSettings })` does not.
 *
 * @example
 * const redis = resilientRedis(new Redis({ ...ioredisSettings, host: 'cache' }), { name: 'cache' })
 * const product = await redis.get('product:7')
 */
export function resilientRedis<C extends RedisLike>(client: C, options?: ResilientRedisOptions): C {
  const settings = readRedisOptions(options)
  if (resilient.has(client)) throw new TypeError(`${settings.name}: this client is resilient already`)
  return viewOf(client, new Guard(settings, redisPolicies(settings)), undefined)
}

/**
 * A view of a resilient client for one caller: its commands end with `signal`, or after `timeoutMs`, whichever comes first.
 * The policies are the same. It costs little: make one for each request. On such a view, new options take the place of all of
 * the former.
 *
 * Throws a `TypeError` for a client that `resilientRedis` has not made. Options that make no sense are told by the first
 * command: it rejects with a `TypeError` or `RangeError`.
 *
 * @example
 * const stock = await withCallOptions(redis, { signal: request.signal }).get('stock:7')
 */
export function withCallOptions<C extends RedisLike>(redis: C, options: CallOptions): C {
  const { client, guard } = partsOf(redis)
  return viewOf(client as C, guard, options)
}

/**
 * All policies of a resilient client as one, outermost first: total, retry, breaker, command. Throws a `TypeError` for a
 * client that `resilientRedis` has not made.
 */
export function policyOf(redis: RedisLike): Policy<never, RedisEvent> {
  return partsOf(redis).guard.policies.policy
}

/**
 * The circuit breaker of a resilient client: `state`, `isolate()`, `close()`. Undefined where there is none, or another policy
 * in its place. Throws a `TypeError` for a client that `resilientRedis` has not made.
 */
export function breakerOf(redis: RedisLike): CircuitBreaker | undefined {
  return partsOf(redis).guard.policies.breaker
}

function partsOf(redis: object): Resilient {
  const parts = resilient.get(redis)
  if (parts === undefined) throw new TypeError('redis: expected a client that resilientRedis has made')
  return parts
}

function viewOf<C extends object>(client: C, guard: Guard, asked: CallOptions | undefined): C {
  const again = <D extends object>(other: D): D => viewOf(other, guard, asked)
  const view = isIoredis(client)
    ? ioredisView(checked(client, guard), guard, asked, again)
    : nodeRedisView(nodeRedis(client, guard), guard, asked, again)
  resilient.set(view, { client, guard })
  return view as unknown as C
}

function isIoredis(client: object): client is object & IoredisClient {
  return 'getBuiltinCommands' in client && 'isCluster' in client
}

function nodeRedis(client: object, { name }: Guard): NodeRedisClient {
  // A sentinel of redis has the former two as well, with other parameters.
  const isClient = ['_executeMulti', '_self', 'isWatching'].every(member => member in client)
  if (isClient) return client as NodeRedisClient
  throw new TypeError(
    `${name}: expected a Redis or Cluster of ioredis, or a client that createClient of redis has made`,
  )
}

/** Refuses a client that would send a command twice without telling. */
function checked(client: IoredisClient, { name }: Guard): IoredisClient {
  const { options, isCluster } = client
  if (isCluster && options['retryDelayOnFailover'] !== 0)
    throw new TypeError(
      `${name}: this cluster sends commands again whose answer was lost, which doubles writes: pass retryDelayOnFailover: 0`,
    )
  if (!isCluster && options['autoResendUnfulfilledCommands'] !== false)
    throw new TypeError(
      `${name}: this client sends commands again whose answer was lost, which doubles writes: pass autoResendUnfulfilledCommands: false, or all of ioredisSettings`,
    )
  return client
}
