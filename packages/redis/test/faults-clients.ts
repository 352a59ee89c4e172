import {
  breakerOf,
  ioredisSettings,
  policyOf,
  type RedisLike,
  type ResilientRedisOptions,
  resilientRedis,
} from '@holdfast/redis'
import { Redis } from 'ioredis'
import { createClient, MultiErrorReply } from 'redis'

export type Words = readonly [name: string, ...args: string[]]

/** What became of one command of many. */
export type Outcome = { readonly reply: unknown } | { readonly error: unknown }

/** A resilient client, whichever it is. */
export interface AnyClient extends Disposable {
  readonly say: (...words: Words) => Promise<unknown>
  /** All or none of these. */
  readonly multi: (commands: readonly Words[]) => Promise<unknown>
  readonly pipeline: (commands: readonly Words[]) => Promise<readonly Outcome[]>
  readonly breaker: NonNullable<ReturnType<typeof breakerOf>>
  readonly policy: ReturnType<typeof policyOf>
}

interface Place {
  readonly host: string
  readonly port: number
}

export type Connect = (place: Place, options?: ResilientRedisOptions) => Promise<AnyClient>

// At once, so that tests wait for what they want to see and for nothing else.
const RECONNECT_MS = 5

const withIoredis: Connect = async ({ host, port }, options) => {
  const client = new Redis({
    ...ioredisSettings,
    host,
    port,
    retryStrategy: () => RECONNECT_MS,
    disconnectTimeout: RECONNECT_MS,
    lazyConnect: true,
  })
  // Connections that break are what these tests are about.
  client.on('error', () => {})
  await client.connect()
  const redis = resilientRedis(client, options)
  return {
    ...policiesOf(redis),
    say: (name, ...args) => redis.call(name, ...args),
    multi: commands => redis.multi(commands.map(words => ['call', ...words])).exec(),
    async pipeline(commands) {
      const outcomes = await redis.pipeline(commands.map(words => ['call', ...words])).exec()
      return (outcomes ?? []).map(([error, reply]) => (error === null ? { reply } : { error }))
    },
    [Symbol.dispose]: () => redis.disconnect(),
  }
}

const withRedis: Connect = async ({ host, port }, options) => {
  const client = createClient({ socket: { host, port, reconnectStrategy: () => RECONNECT_MS } })
  client.on('error', () => {})
  await client.connect()
  const redis = resilientRedis(client, options)
  const collect = (commands: readonly Words[]) =>
    commands.reduce((multi, [...words]) => multi.addCommand(words), redis.multi())
  return {
    ...policiesOf(redis),
    say: (...words) => redis.sendCommand(words),
    multi: commands => collect(commands).exec(),
    async pipeline(commands) {
      try {
        return (await collect(commands).execAsPipeline()).map(reply => ({ reply }))
      } catch (error) {
        if (!(error instanceof MultiErrorReply)) throw error
        return error.replies.map(reply => (reply instanceof Error ? { error: reply } : { reply }))
      }
    },
    [Symbol.dispose]: () => {
      if (client.isOpen) redis.destroy()
    },
  }
}

function policiesOf(redis: RedisLike): Pick<AnyClient, 'breaker' | 'policy'> {
  return { breaker: breakerOf(redis) as AnyClient['breaker'], policy: policyOf(redis) }
}

/** What the same tests are for. */
export const clients: readonly (readonly [name: string, connect: Connect])[] = [
  ['ioredis', withIoredis],
  ['redis', withRedis],
]
