import { afterAll, beforeAll, describe } from 'vitest'
import { availability, type ServerKind } from './availability.ts'
import type { DatabaseServer, ServerSettings } from './database-server.ts'
import { type PostgresServer, postgresServer } from './postgres-server.ts'
import { type RedisServer, redisServer } from './redis-server.ts'

export interface DescribeOptions {
  /** A server with such settings cannot be one that was given: the tests are skipped there. */
  readonly settings?: ServerSettings
  /** Whether the tests stop, kill or pause the server: they are skipped where it was given. Default false. */
  readonly isStopped?: boolean
}

/** A suite with a PostgreSQL that runs from its first test to its last; skipped where none can be had. */
export function describePostgres(
  title: string,
  body: (server: PostgresServer) => void,
  options?: DescribeOptions,
): void {
  describeServer('postgres', title, postgresServer(options), body, options)
}

/** A suite with a Redis that runs from its first test to its last; skipped where none can be had. */
export function describeRedis(title: string, body: (server: RedisServer) => void, options?: DescribeOptions): void {
  describeServer('redis', title, redisServer(options), body, options)
}

const startLimitMs = 60_000

function describeServer<Server extends DatabaseServer>(
  kind: ServerKind,
  title: string,
  server: Server,
  body: (server: Server) => void,
  { settings, isStopped = false }: DescribeOptions = {},
): void {
  const wantsItsOwn = settings !== undefined || isStopped
  const canRun = availability(kind).isAvailable && !(server.isGiven && wantsItsOwn)
  describe.skipIf(!canRun)(title, () => {
    beforeAll(() => server.start(), startLimitMs)
    afterAll(() => server.close(), startLimitMs)
    body(server)
  })
}
