import { startRedis } from '@holdfast/database-servers'
import { ioredisSettings, resilientRedis } from '@holdfast/redis'
import { Redis as RedisOfIoredis, type RedisOptions } from 'ioredis'

const server = await startRedis()
const clients: RedisOfIoredis[] = []

/** A client of the server of the examples. */
export class Redis extends RedisOfIoredis {
  constructor(options: Omit<RedisOptions, 'replyMapping'> = {}) {
    super(server.port, server.host, options)
    clients.push(this)
  }
}

export const client = new Redis({ ...ioredisSettings })

export const redis = resilientRedis(new Redis({ ...ioredisSettings }))

export const error: unknown = new Error('READONLY You can not write against a read only replica.')

export async function close(): Promise<void> {
  for (const each of clients) each.disconnect()
  await server.close()
}
