import { setTimeout } from 'node:timers/promises'
import { failureRate } from '@holdfast/circuit-breaker'
import type { PostgresServer } from '@holdfast/database-servers'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { type FaultProxy, faultProxy } from '@holdfast/testing/fault-proxy'
import { Client, Pool, type PoolClient, type QueryResult } from 'pg'
import { vi } from 'vitest'
import { APPLICATION } from '../pool-on.ts'
import { traffic } from '../traffic.ts'
import { type Happened, misfortunes } from './misfortunes.ts'
import { ACCOUNTS, FIRST_CENTS, plannedTransfer } from './planned-transfer.ts'
import { type EndedTransfer, endedTransfer, transfer } from './transfer.ts'

const CONNECTIONS = 8
const TRANSFERS_AT_ONCE = 16
const READS_AT_ONCE = 1

export interface CampaignOptions {
  readonly seed: number
  readonly lengthMs: number
  /** How often the server is killed, crashes or is restarted, in turn. */
  readonly outages: number
}

export interface Campaign {
  readonly transfers: readonly EndedTransfer[]
  /** The totals of all accounts that reads have seen while it went on. */
  readonly totals: readonly number[]
  readonly happened: Happened
  readonly retries: number
  /** What the server said when it was asked what became of a transaction. */
  readonly probes: readonly string[]
  /** What the database has at the end. */
  readonly accounts: readonly { readonly id: number; readonly cents: number }[]
  readonly ledger: readonly LedgerEntry[]
  /** How much of the pool is in use when all have been answered. */
  readonly left: { readonly active: number; readonly queued: number; readonly waiting: number; readonly busy: number }
}

interface LedgerEntry {
  readonly id: number
  readonly source: number
  readonly target: number
  readonly cents: number
}

/** Transfers between accounts through a pool, while all that can happen to the server and the network does. */
export async function campaign(
  server: PostgresServer,
  { seed, lengthMs, outages }: CampaignOptions,
): Promise<Campaign> {
  await prepare(server)
  await using proxy = await faultProxy({ target: server })
  const pool = poolBehind(server, proxy)
  const probes: string[] = []
  let retries = 0
  pool.on('connect', client => overhear(client, probes))
  pool.policy.subscribe(({ type }) => {
    retries += Number(type === 'retry.scheduled')
  })

  const transfers = traffic(TRANSFERS_AT_ONCE, id => transfer(pool, plannedTransfer(id, seed)))
  const reads = traffic(READS_AT_ONCE, () => pool.query<{ total: number }>(TOTAL, { readOnly: true }))
  const faults = misfortunes(server, proxy, seed)
  for (let number = 0; number < outages; number += 1) {
    await setTimeout(lengthMs / (outages + 1))
    await outage[number % outage.length]?.(server)
  }
  await setTimeout(lengthMs / (outages + 1))
  const happened = await faults.stop()
  const ended = (await transfers.stop()).map((result, id) => endedTransfer(plannedTransfer(id, seed), result))
  const totals = valuesOf(await reads.stop()).map(({ rows }) => rows[0]?.total ?? 0)
  const left = await leftOf(pool)
  await pool.end()

  return {
    transfers: ended,
    totals,
    happened,
    retries,
    probes,
    left,
    accounts: await rowsOf(server, 'select id, cents from accounts order by id'),
    ledger: await rowsOf(server, 'select id, source, target, cents from ledger'),
  }
}

const outage = [
  async (server: PostgresServer) => {
    await server.kill()
    await server.start()
  },
  (server: PostgresServer) => server.crash(),
  (server: PostgresServer) => server.restart(),
]

const TOTAL = 'select sum(cents)::int as total from accounts'

async function prepare(server: PostgresServer): Promise<void> {
  await rowsOf(server, 'create table accounts (id int primary key, cents int not null)')
  await rowsOf(server, `insert into accounts select id, ${FIRST_CENTS} from generate_series(1, ${ACCOUNTS}) as id`)
  // No key: a transfer that is made twice must be seen here, not refused.
  await rowsOf(server, 'create table ledger (id int, source int, target int, cents int)')
}

function poolBehind(server: PostgresServer, { host, port }: FaultProxy): ResilientPool {
  const pool = new Pool({ ...server.config, host, port, max: CONNECTIONS, application_name: APPLICATION })
  return resilientPool(pool, {
    timeouts: { acquireMs: 300, lockMs: 400, statementMs: 600, totalMs: 4_000 },
    cancelGraceMs: 200,
    commitGraceMs: 1_000,
    breaker: { openMs: 20, trip: failureRate({ threshold: 0.8, windowMs: 500, minCalls: 20 }) },
    retry: { maxAttempts: 12, budget: false },
  })
}

/** Notes what the server says when the pool asks it what became of a transaction. */
function overhear(client: PoolClient, probes: string[]): void {
  const query = client.query.bind(client) as (...parts: unknown[]) => unknown
  const overheard = (...parts: unknown[]): unknown => {
    const answer = query(...parts)
    if (String(parts[0]).includes('pg_xact_status')) void Promise.resolve(answer).then(note, () => {})
    return answer
  }
  const note = (answer: unknown): void => {
    const { rows } = answer as QueryResult<{ status: string | null }>
    probes.push(String(rows[0]?.status))
  }
  client.query = overheard as typeof client.query
}

/** What is in use although all have been answered; it may take the time of a cancellation until nothing is. */
async function leftOf(pool: ResilientPool): Promise<Campaign['left']> {
  const inUse = () => ({
    active: pool.bulkhead?.active ?? 0,
    queued: pool.bulkhead?.queued ?? 0,
    waiting: pool.waitingCount,
    busy: pool.totalCount - pool.idleCount,
  })
  const isIdle = (): boolean => Object.values(inUse()).every(count => count === 0)
  await vi.waitUntil(isIdle, { timeout: 10_000 }).catch(() => {})
  return inUse()
}

function valuesOf<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
}

async function rowsOf<Row>(server: PostgresServer, sql: string): Promise<Row[]> {
  const client = new Client(server.config)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows as Row[]
}
