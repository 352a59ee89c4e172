import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { postgresPrograms } from './postgres-programs.ts'

export type ServerKind = 'postgres' | 'redis'

export interface Availability {
  readonly isAvailable: boolean
  /** Where the server comes from, or why there is none. */
  readonly reason: string
}

const known = new Map<ServerKind, Availability>()

/**
 * Whether a server of that kind can be had on this machine, decided without starting one. The first time that it cannot, one
 * line on stderr says so; with `HOLDFAST_REQUIRE_SERVERS=1` it throws instead.
 */
export function availability(kind: ServerKind): Availability {
  const before = known.get(kind)
  if (before !== undefined) return before
  const found = kind === 'postgres' ? lookForPostgres() : lookForRedis()
  known.set(kind, found)
  if (found.isAvailable) return found
  if (process.env['HOLDFAST_REQUIRE_SERVERS'] === '1') throw new Error(`${kind} is required: ${found.reason}`)
  process.stderr.write(`skipped: the tests that need ${kind}, because ${found.reason}\n`)
  return found
}

function lookForPostgres(): Availability {
  if (process.env['DATABASE_URL']) return { isAvailable: true, reason: 'DATABASE_URL is set' }
  const programs = postgresPrograms()
  if (programs === undefined) {
    return { isAvailable: false, reason: `no package carries PostgreSQL for ${process.platform}-${process.arch}` }
  }
  return runs(programs.postgres)
}

function lookForRedis(): Availability {
  if (process.env['REDIS_URL']) return { isAvailable: true, reason: 'REDIS_URL is set' }
  return runs('redis-server')
}

function runs(program: string): Availability {
  const { error, status, stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  if (status === 0) return { isAvailable: true, reason: stdout.trim() }
  return { isAvailable: false, reason: `${program} does not run: ${error?.message ?? stderr.trim()}` }
}
