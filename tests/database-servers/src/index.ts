export { type Availability, availability, type ServerKind } from './availability.ts'
export type { DatabaseServer, ServerOptions, ServerSettings } from './database-server.ts'
export { type PostgresServer, postgresServer, type StopMode, startPostgres } from './postgres-server.ts'
export { type RedisServer, redisServer, startRedis } from './redis-server.ts'
