import process from 'node:process'
import type { Bulkhead } from '@holdfast/bulkhead'
import type { CircuitBreaker } from '@holdfast/circuit-breaker'
import { type Call, type Policy, TimeoutError } from '@holdfast/core'
import { type KernelCall, promised, show } from '@holdfast/core/kernel'
import type { Pool, PoolClient, QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { borrow } from './borrow.ts'
import { connectingOptions } from './connecting-options.ts'
import { type Gateway, gatewayOf } from './gateway.ts'
import { LoneQuery, type QueryParts } from './lone-query.ts'
import { type PostgresOptions, readPostgresOptions } from './options.ts'
import { type PostgresEvent, postgresPolicies } from './preset.ts'
import { queryArguments } from './query-arguments.ts'
import { limitOf, type QueryOptions, readQueryOptions } from './query-options.ts'
import { type Transaction, transactionsOf } from './transaction.ts'
import { type PostgresContext, Work } from './work.ts'

/** What a resilient pool has beside all that a pool has. */
export interface Resilient {
  /** As that of `pg`, with options after the values. Values may be left out. */
  query<R extends unknown[] = unknown[]>(
    config: QueryArrayConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryArrayResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: rows are of any type, as in the types of pg
  query<R extends QueryResultRow = any>(
    textOrConfig: string | QueryConfig,
    values: readonly unknown[] | undefined,
    options: QueryOptions,
  ): Promise<QueryResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: rows are of any type, as in the types of pg
  query<R extends QueryResultRow = any>(
    textOrConfig: string | QueryConfig,
    options: QueryOptions,
  ): Promise<QueryResult<R>>
  /**
   * Runs `callback` in a transaction, and again, from its beginning, where the transaction has failed so that it may be.
   * Resolves with what it returned once that is committed. So what it does besides, it may do more than once.
   *
   * Rejects with what the callback threw; with an `UnknownOutcomeError` where the connection was lost at COMMIT and the
   * server could not be asked what became of it.
   *
   * @example
   * await pool.transaction(async ({ client }) => {
   *   await client.query('update accounts set cents = cents - $1 where id = $2', [cents, from])
   *   await client.query('update accounts set cents = cents + $1 where id = $2', [cents, to])
   * }, { isolation: 'serializable', signal })
   */
  readonly transaction: Transaction
  /** All policies of a query, outermost first: total, retry, breaker, bulkhead. The last three are of the whole pool. */
  readonly policy: Policy<never, PostgresEvent>
  /** Undefined where there is none. */
  readonly breaker: CircuitBreaker | undefined
  readonly bulkhead: Bulkhead | undefined
}

export type ResilientPool<P extends Pool = Pool> = P & Resilient

/**
 * The same pool, seen through policies: an object that shares its connections, events and counts, is an instance of the same
 * class, and whose `query` and `connect` repeat what may be repeated, give up in time, and leave a database alone that is
 * down. Wrap the pool before its first connection.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const pool = resilientPool(new Pool({ max: 20 }), { name: 'orders', timeouts: { totalMs: 5_000 } })
 * const { rows } = await pool.query('select * from orders where id = $1', [id], { readOnly: true, signal })
 */
export function resilientPool<P extends Pool>(pool: P, options?: PostgresOptions): ResilientPool<P> {
  if (!isPool(pool)) throw new TypeError(`postgres: resilientPool takes a Pool of pg, got ${show(pool)}`)
  const settings = readPostgresOptions(options, pool.options)
  const policies = postgresPolicies(settings, pool.options.max)
  const surface: Record<string | symbol, unknown> = { options: connectingOptions(pool, settings) }
  const view = new Proxy(pool, {
    get: (target, member, receiver) =>
      Object.hasOwn(surface, member) ? surface[member] : Reflect.get(target, member, receiver),
    has: (target, member) => Object.hasOwn(surface, member) || Reflect.has(target, member),
    // Tests and instrumentation put functions of their own in the place of these.
    set: (target, member, value, receiver) => {
      if (!Object.hasOwn(surface, member)) return Reflect.set(target, member, value, receiver)
      surface[member] = value
      return true
    },
  }) as ResilientPool<P>
  const gateway = gatewayOf(pool, view, settings, policies)
  Object.assign(surface, {
    query: (...given: unknown[]) => (isSubmittable(given[0]) ? submit(pool, view, given) : query(gateway, given)),
    connect: (callback?: BorrowCallback) => connect(gateway, callback),
    transaction: transactionsOf(gateway),
    policy: policies.query,
    breaker: policies.breaker,
    bulkhead: policies.bulkhead,
  })
  // Without a listener, an idle connection that dies ends the process. The pool replaces it by itself.
  pool.on('error', () => {})
  return view
}

const isPool = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['connect', 'query', 'on'].every(member => typeof (value as Record<string, unknown>)[member] === 'function') &&
  typeof (value as Partial<Pool>).options === 'object'

/** A cursor or a stream: the pool sends it, on a connection that comes through the policies. */
const isSubmittable = (query: unknown): boolean =>
  typeof (query as { readonly submit?: unknown } | null | undefined)?.submit === 'function'

const submit = (pool: Pool, view: Pool, given: readonly unknown[]): unknown => Reflect.apply(pool.query, view, given)

function query(gateway: Gateway, given: readonly unknown[]): Promise<QueryResult> | undefined {
  const { parts, options, callback } = queryArguments(given)
  const result = start(gateway, parts, options)
  if (callback === undefined) return result
  answer(result, callback)
  return undefined
}

function start(gateway: Gateway, parts: QueryParts, options: QueryOptions | undefined): Promise<QueryResult> {
  const { settings, policies } = gateway
  return promised(() => {
    const read = readQueryOptions(settings.name, options)
    const { signal, readOnly } = read
    const timeoutMs = limitOf(read)
    if (timeoutMs <= 0) throw new TimeoutError(settings.name, 0, 'run')
    const work = new Work({ readOnly, isTransaction: false })
    const context: PostgresContext = { ...read.context, postgres: work }
    const attempt = (call: Call): Promise<QueryResult> => new LoneQuery(gateway, work, parts).run(call as KernelCall)
    return policies.query.run(attempt, { signal, timeoutMs, context })
  })
}

/** What a callback throws is nobody's rejection: it ends the process, as with `pg`. */
function answer<T>(result: Promise<T>, callback: (error: Error | null, result?: T) => void): void {
  result.then(
    value => process.nextTick(callback, null, value),
    (error: unknown) => process.nextTick(callback, error),
  )
}

type BorrowCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void

function connect(gateway: Gateway, callback: BorrowCallback | undefined): Promise<PoolClient> | undefined {
  const client = borrow(gateway)
  if (callback === undefined) return client
  client.then(
    connected => process.nextTick(callback, undefined, connected, connected.release),
    (error: unknown) => process.nextTick(callback, error, undefined, () => {}),
  )
  return undefined
}
