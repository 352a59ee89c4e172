import type { Bulkhead } from '@holdfast/bulkhead'
import type { CircuitBreaker } from '@holdfast/circuit-breaker'
import type { Policy } from '@holdfast/core'
import { show } from '@holdfast/core/kernel'
import type { Pool, QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { connectOf } from './connecting.ts'
import { type Gateway, gatewayOf } from './gateway.ts'
import { type PostgresOptions, readPostgresOptions } from './options.ts'
import type { PostgresEvent } from './preset.ts'
import { merged, type QueryOptions, readQueryOptions, type WorkOptions } from './query-options.ts'
import { queryOf } from './querying.ts'
import { type Transaction, transactionsOf } from './transaction.ts'
import { viewOf } from './view.ts'

/** What a resilient pool has beside all that a pool has. */
export interface Resilient {
  /**
   * Runs one statement whose rows are arrays, as `query` of `pg` does, through the policies. All other forms of `query` work
   * as before, too, and go the same way.
   *
   * Rejects with the error of the database itself, or with one of the policies; with an `UnknownOutcomeError` where a
   * statement that is not `readOnly` may have been carried out, and its answer was lost.
   */
  query<R extends unknown[] = unknown[]>(
    config: QueryArrayConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryArrayResult<R>>
  /** Runs one statement whose rows are objects, with values and options. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are of any type, as in the types of pg
  query<R extends QueryResultRow = any>(
    textOrConfig: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryResult<R>>
  /** Runs one statement whose rows are objects, with options in place of the values, or with those of its config. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are of any type, as in the types of pg
  query<R extends QueryResultRow = any>(
    textOrConfig: string | QueryConfig,
    options: QueryOptions,
  ): Promise<QueryResult<R>>
  /**
   * Runs `callback` in a transaction, and again, from its beginning, where the transaction has failed so that it may be.
   * Resolves with what it returned once that is committed. So what it does besides, it may do more than once.
   *
   * Rejects with what the callback threw; with a `RolledBackError` where the callback returned although a statement had
   * failed; with an `UnknownOutcomeError` where the connection was lost at COMMIT and the server could not be asked what
   * became of it; with a `TimeoutError`, or the reason of the signal, where its time was over before COMMIT was sent.
   *
   * @example
   * await pool.transaction(async ({ client }) => {
   *   await client.query('update accounts set cents = cents - $1 where id = $2', [cents, from])
   *   await client.query('update accounts set cents = cents + $1 where id = $2', [cents, to])
   * }, { isolation: 'serializable', signal })
   */
  readonly transaction: Transaction
  /**
   * The same pool with options for all that goes through it, such as `{ readOnly: true }` for an ORM that only reads, or the
   * signal and the deadline of one request. What a query or a transaction says itself comes first. It costs little: make one
   * for each request. Throws a `TypeError` or `RangeError` for options that make no sense.
   *
   * @example
   * const orders = await drizzle(pool.with({ readOnly: true, signal })).select().from(ordersTable)
   */
  with(options: WorkOptions): ResilientPool
  /**
   * All policies of a query, outermost first: total, retry, breaker, bulkhead. The last three are those of transactions, too,
   * so that its listeners are told of both; a transaction keeps its own time, and no event tells that it is over.
   */
  readonly policy: Policy<never, PostgresEvent>
  /** The circuit breaker of the whole pool: `state`, `isolate()`, `close()`. Undefined where there is none. */
  readonly breaker: CircuitBreaker | undefined
  /** The bulkhead of the whole pool: `active`, `queued`, `update()`. Undefined where there is none. */
  readonly bulkhead: Bulkhead | undefined
}

/** A pool of `pg`, seen through policies: what `resilientPool` makes. */
export type ResilientPool<P extends Pool = Pool> = P & Resilient

/**
 * The same pool, seen through policies: an object that shares its connections, events and counts, is an instance of the same
 * class, and whose `query` and `connect` repeat what may be repeated, give up in time, and leave a database alone that is
 * down. Wrap the pool before its first connection, and once. Connections that die while nobody uses them no longer end the
 * process: the pool gets a listener of `error`.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense, and a `TypeError` for what is no pool of `pg`, or is
 * resilient already.
 *
 * @example
 * const pool = resilientPool(new Pool({ max: 20 }), { name: 'orders', timeouts: { totalMs: 5_000 } })
 * const { rows } = await pool.query('select * from orders where id = $1', [id], { readOnly: true, signal })
 */
export function resilientPool<P extends Pool>(pool: P, options?: PostgresOptions): ResilientPool<P> {
  if (!isPool(pool)) throw new TypeError(`postgres: resilientPool takes a Pool of pg, got ${show(pool)}`)
  if (wrapped.has(pool))
    throw new TypeError('postgres: this pool is resilient already; `with(options)` is for further options')
  const settings = readPostgresOptions(options, pool.options)
  wrapped.add(pool)
  const gateway = gatewayOf(pool, settings)
  // Without a listener, an idle connection that dies ends the process. The pool replaces it by itself.
  pool.on('error', () => {})
  return resilient(pool, gateway, transactionsOf(gateway), undefined)
}

function resilient<P extends Pool>(
  pool: P,
  gateway: Gateway,
  transaction: Transaction,
  defaults: WorkOptions | undefined,
): ResilientPool<P> {
  const { policies, settings } = gateway
  const view = viewOf(pool, {
    query: queryOf(gateway, defaults),
    connect: connectOf(gateway, defaults),
    transaction: ((callback, own) => transaction(callback, merged(defaults, own))) satisfies Transaction,
    with: (own: WorkOptions) => {
      const both = merged(defaults, own)
      readQueryOptions(settings.name, both)
      return resilient(pool, gateway, transaction, both)
    },
    policy: policies.query,
    breaker: policies.breaker,
    bulkhead: policies.bulkhead,
  })
  wrapped.add(view)
  return view
}

/** Pools that are resilient, and views of them. */
const wrapped = new WeakSet<Pool>()

const isPool = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['connect', 'query', 'on'].every(member => typeof (value as Record<string, unknown>)[member] === 'function') &&
  typeof (value as Partial<Pool>).options === 'object'
