import process from 'node:process'
import type { DatabaseServer, ServerOptions } from './database-server.ts'
import { givenPostgres } from './given-postgres.ts'
import { ownPostgres } from './own-postgres.ts'

/** `fast` rolls transactions back and tells the clients (57P01); `immediate` ends at once, and recovers at the next start. */
export type StopMode = 'fast' | 'immediate'

/** A PostgreSQL server. Its names are those of the configuration of `pg`: `new Pool({ ...server.config })`. */
export interface PostgresServer extends DatabaseServer {
  readonly user: string
  readonly password: string
  readonly database: string
  /** What `pg` needs for a connection. */
  readonly config: PostgresConfig
  /** Default `fast`. */
  stop(mode?: StopMode): Promise<void>
  /**
   * Kills one of its processes, as the system does when memory runs out. The server then ends all connections (57P02) and
   * recovers what was written; resolves when it has.
   */
  crash(): Promise<void>
}

interface PostgresConfig {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** A PostgreSQL 18 of its own, or a new database on the server of `DATABASE_URL`, started. */
export async function startPostgres(options?: ServerOptions): Promise<PostgresServer> {
  const server = postgresServer(options)
  await server.start()
  return server
}

/** The same, not started. */
export function postgresServer(options: ServerOptions = {}): PostgresServer {
  const given = process.env['DATABASE_URL']
  return given ? givenPostgres(given) : ownPostgres(options)
}
