import { startRedis } from '@holdfast/database-servers'
import { ioredisSettings, resilientRedis } from '@holdfast/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { Call } from '../harness/interleaved.ts'
import { aroundByCockatiel } from './cockatiel.ts'
import type { Client, DbFamily, Limits } from './db-family.ts'
import { order } from './http-answer.ts'
import { MAX_ATTEMPTS } from './job.ts'

const KEY = 'benchmark:order'
const value = JSON.stringify(order)

/** What both clients have in common. */
interface Commands {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<string | null>
}

const commands: Readonly<Record<string, { readonly work: (redis: Commands) => Call; readonly answer: unknown }>> = {
  get: { work: redis => () => redis.get(KEY), answer: value },
  set: { work: redis => () => redis.set(KEY, value), answer: 'OK' },
}

export const redisFamilies: readonly DbFamily[] = Object.entries(commands).flatMap(([name, { work, answer }]) => [
  {
    name: `${name} of ioredis`,
    startServer,
    isPool: false,
    answer,
    bare: onIoredis(work),
    clients: {
      holdfast: onIoredis((redis, limits) => work(resilientRedis(redis, optionsFor(limits)))),
      cockatiel: onIoredis((redis, limits) => aroundByCockatiel(work(redis), limits)),
    },
  },
  {
    name: `${name} of redis`,
    startServer,
    isPool: false,
    answer,
    bare: onNodeRedis(work),
    clients: {
      holdfast: onNodeRedis((redis, limits) => work(resilientRedis(redis, optionsFor(limits)))),
      cockatiel: onNodeRedis((redis, limits) => aroundByCockatiel(work(redis), limits)),
    },
  },
])

async function startServer() {
  const server = await startRedis()
  const redis = new Redis(server.url)
  await redis.set(KEY, value)
  await redis.quit()
  return server
}

function onIoredis(use: (redis: Redis, limits: Limits) => Call): Client {
  return (url, limits) => {
    const redis = new Redis(url, { ...ioredisSettings })
    redis.on('error', () => {})
    return { call: use(redis, limits), end: async () => redis.disconnect() }
  }
}

function onNodeRedis(use: (redis: NodeRedis, limits: Limits) => Call): Client {
  return async (url, limits) => {
    const redis = createNodeRedis(url)
    redis.on('error', () => {})
    await redis.connect()
    return { call: use(redis, limits), end: async () => redis.destroy() }
  }
}

const createNodeRedis = (url: string) => createClient({ url })
type NodeRedis = ReturnType<typeof createNodeRedis>

function optionsFor({ attemptMs, totalMs }: Limits) {
  return { command: { timeoutMs: attemptMs }, total: { timeoutMs: totalMs }, retry: { maxAttempts: MAX_ATTEMPTS } }
}
