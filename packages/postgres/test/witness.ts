import type { PostgresServer } from '@holdfast/database-servers'
import { Client, type QueryResultRow } from 'pg'
import { expect, onTestFinished } from 'vitest'
import { patience } from './patience.ts'
import { APPLICATION } from './pool-on.ts'

/** A process of the server that serves a pool under test. */
interface Backend {
  readonly pid: number
  readonly state: 'active' | 'idle' | 'idle in transaction' | 'idle in transaction (aborted)'
  readonly query: string
}

/** A connection of the test's own, beside the pool under test, that sees and does what the pool does not know of. */
export interface Witness {
  rows<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** The processes that serve pools under test. */
  backends(): Promise<Backend[]>
  /** Resolves with its number when a process is busy with a statement that contains this. */
  seesRunning(fragment: string): Promise<number>
  /** Resolves when no process does anything for a pool under test, nor is one in a transaction. */
  seesNothingRunning(): Promise<void>
  /** Ends the process as an administrator does, with 57P01, and resolves when it is gone. */
  terminate(pid: number): Promise<void>
  /** Calls back with each notification of a channel. */
  listen(channel: string, heard: (payload: string) => void): Promise<void>
  /** Holds back whatever waits for this lock, until `release`. */
  hold(lock: number): Promise<{ release(): Promise<void> }>
}

const BACKENDS = `
  select pid, state, query from pg_stat_activity
  where datname = current_database() and application_name = '${APPLICATION}'`

export async function witnessOf(server: PostgresServer): Promise<Witness> {
  const client = new Client(server.config)
  // It may be the server that goes.
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())

  const rows: Witness['rows'] = async (sql, values = []) => {
    const { rows: found } = await client.query(sql, [...values])
    return found as never
  }
  const backends = (): Promise<Backend[]> => rows<Backend & QueryResultRow>(BACKENDS)
  return {
    rows,
    backends,
    async seesRunning(fragment) {
      let pid = 0
      await expect
        .poll(async () => {
          const running = await backends()
          pid = running.find(({ state, query }) => state === 'active' && query.includes(fragment))?.pid ?? 0
          return pid
        }, patience)
        .toBeGreaterThan(0)
      return pid
    },
    async seesNothingRunning() {
      await expect.poll(async () => (await backends()).filter(({ state }) => state !== 'idle'), patience).toEqual([])
    },
    async terminate(pid) {
      await rows('select pg_terminate_backend($1)', [pid])
      await expect.poll(() => rows('select 1 from pg_stat_activity where pid = $1', [pid]), patience).toEqual([])
    },
    async listen(channel, heard) {
      client.on('notification', ({ payload = '' }) => heard(payload))
      await rows(`listen ${channel}`)
    },
    async hold(lock) {
      await rows('select pg_advisory_lock($1)', [lock])
      return {
        release: async () => {
          await rows('select pg_advisory_unlock($1)', [lock])
        },
      }
    },
  }
}
