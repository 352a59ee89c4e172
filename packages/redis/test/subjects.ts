import { ioredisSettings, type RedisLike, type ResilientRedisOptions, resilientRedis } from '@holdfast/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { vi } from 'vitest'

export type Words = readonly [name: string, ...args: string[]]

/** A resilient client of one of the two libraries, with what both can do. */
export interface Subject extends Disposable {
  readonly redis: RedisLike
  readonly say: (...words: Words) => Promise<unknown>
  /** The same, through another view of the client. */
  readonly sayThrough: (redis: RedisLike, ...words: Words) => Promise<unknown>
  readonly multi: (...commands: readonly Words[]) => Promise<unknown>
  readonly pipeline: (...commands: readonly Words[]) => Promise<unknown>
  /** Closes it at once. */
  readonly close: () => void
  readonly isReady: () => boolean
}

interface Place {
  readonly host: string
  readonly port: number
}

export type Open = (place: Place, options?: ResilientRedisOptions) => Promise<Subject>

const RECONNECT_MS = 5

const ioredis: Open = async ({ host, port }, options) => {
  const client = new Redis({ ...ioredisSettings, host, port, retryStrategy: () => RECONNECT_MS })
  client.on('error', () => {})
  const redis = resilientRedis(client, options)
  const isReady = (): boolean => client.status === 'ready'
  await vi.waitUntil(isReady)
  const named = (commands: readonly Words[]) => commands.map(words => ['call', ...words])
  return {
    redis,
    isReady,
    say: (name, ...args) => redis.call(name, ...args),
    sayThrough: (view, name, ...args) => (view as Redis).call(name, ...args),
    multi: (...commands) => redis.multi(named(commands)).exec(),
    pipeline: (...commands) => redis.pipeline(named(commands)).exec(),
    close: () => redis.disconnect(),
    [Symbol.dispose]: () => client.disconnect(),
  }
}

const nodeRedis: Open = async ({ host, port }, options) => {
  const client = createClient({ socket: { host, port, reconnectStrategy: () => RECONNECT_MS } })
  client.on('error', () => {})
  const redis = resilientRedis(client, options)
  await redis.connect()
  const collected = (commands: readonly Words[]) =>
    commands.reduce((multi, words) => multi.addCommand([...words]), redis.multi())
  return {
    redis,
    isReady: () => client.isReady,
    say: (...words) => redis.sendCommand([...words]),
    sayThrough: (view, ...words) => (view as typeof redis).sendCommand([...words]),
    multi: (...commands) => collected(commands).exec(),
    pipeline: (...commands) => collected(commands).execAsPipeline(),
    close: () => redis.destroy(),
    [Symbol.dispose]: () => {
      if (client.isOpen) client.destroy()
    },
  }
}

/** What the same tests are for. */
export const subjects: readonly (readonly [name: string, open: Open])[] = [
  ['ioredis', ioredis],
  ['redis', nodeRedis],
]

/** What a promise rejects with. */
export function errorOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => {
      throw new Error('expected an error')
    },
    (error: unknown) => error,
  )
}
