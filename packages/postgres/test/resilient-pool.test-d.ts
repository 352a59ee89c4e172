import type { Bulkhead } from '@holdfast/bulkhead'
import { bulkhead } from '@holdfast/bulkhead'
import { type CircuitBreaker, circuitBreaker } from '@holdfast/circuit-breaker'
import type { Call, Clock, Policy } from '@holdfast/core'
import {
  type ClassifiedFailure,
  classify,
  type FailureKind,
  type Isolation,
  type NextStep,
  type PostgresEvent,
  type PostgresOptions,
  type PostgresWork,
  type ResilientPool,
  type RolledBackError,
  resilientPool,
  type TransactionFacts,
  workOf,
} from '@holdfast/postgres'
import { retry } from '@holdfast/retry'
import { drizzle } from 'drizzle-orm/node-postgres'
import { type Dialect, PostgresDialect } from 'kysely'
import { Pool, type PoolClient, type QueryArrayResult, type QueryResult } from 'pg'
import { describe, expectTypeOf, it } from 'vitest'

interface Seaweed {
  id: number
  name: string
}

class OwnPool extends Pool {
  readonly tenant: string = 'reef'
}

describe('resilientPool', () => {
  const pool = resilientPool(new Pool())
  const { signal } = new AbortController()

  it("is a pool: it goes wherever one is wanted, also that of a class of one's own", () => {
    expectTypeOf(pool).toEqualTypeOf<ResilientPool>()
    expectTypeOf(pool).toExtend<Pool>()
    expectTypeOf(resilientPool(new OwnPool()).tenant).toBeString()
    expectTypeOf(pool.with({ readOnly: true })).toEqualTypeOf<ResilientPool>()
    drizzle(pool)
    expectTypeOf(new PostgresDialect({ pool })).toExtend<Dialect>()
    // @ts-expect-error settings are no pool
    resilientPool({ max: 3 })
  })

  it('takes what a pool of pg takes', () => {
    expectTypeOf(pool.query<Seaweed>('select')).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<Seaweed>('select', [1])).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<Seaweed>({ text: 'select', name: 'all' })).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<[number]>({ text: 'select', rowMode: 'array' })).toEqualTypeOf<
      Promise<QueryArrayResult<[number]>>
    >()
    expectTypeOf(pool.query('select', (_error, _result) => {})).toBeVoid()
    expectTypeOf(pool.connect()).toEqualTypeOf<Promise<PoolClient>>()
    // @ts-expect-error text is needed
    void pool.query()
  })

  it('takes options after them', () => {
    const options = { signal, readOnly: true, timeoutMs: 5, deadline: { remainingMs: () => 5 }, context: {} }
    expectTypeOf(pool.query<Seaweed>('select', options)).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<Seaweed>('select', [1], options)).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<Seaweed>('select', undefined, options)).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<Seaweed>({ text: 'select' }, options)).toEqualTypeOf<Promise<QueryResult<Seaweed>>>()
    expectTypeOf(pool.query<[number]>({ text: 'select', rowMode: 'array' }, [], options)).toEqualTypeOf<
      Promise<QueryArrayResult<[number]>>
    >()
    void pool.query('select', { signal: undefined, readOnly: undefined })
    void retry().run(call => pool.query('select', { deadline: call }))
    // @ts-expect-error there is no such option
    void pool.query('select', { readonly: true })
    // @ts-expect-error isolation is that of a transaction
    pool.query('select', [], { isolation: 'serializable' })
    // @ts-expect-error an AbortController is no signal
    void pool.query('select', { signal: new AbortController() })
  })

  it('gives what a transaction returns', () => {
    expectTypeOf(pool.transaction(() => 7)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(pool.transaction(async () => ({ written: 1 }))).toEqualTypeOf<Promise<{ written: number }>>()
    expectTypeOf(pool.transaction(async ({ client }) => (await client.query<Seaweed>('select')).rows)).toEqualTypeOf<
      Promise<Seaweed[]>
    >()
    void pool.transaction(facts => {
      expectTypeOf(facts).toEqualTypeOf<TransactionFacts>()
      expectTypeOf(facts.client).toEqualTypeOf<PoolClient>()
      expectTypeOf(facts.attempt).toBeNumber()
      expectTypeOf(facts.signal).toEqualTypeOf<AbortSignal>()
    })
    void pool.transaction(() => {}, { isolation: 'serializable', readOnly: true, deferrable: true, retryOn: ['23505'] })
    expectTypeOf<Isolation>().toEqualTypeOf<'read committed' | 'repeatable read' | 'serializable'>()
    // @ts-expect-error there is no such isolation
    void pool.transaction(() => {}, { isolation: 'snapshot' })
    // @ts-expect-error it takes a function
    void pool.transaction('begin')
  })

  it('has its policies', () => {
    expectTypeOf(pool.policy).toEqualTypeOf<Policy<never, PostgresEvent>>()
    expectTypeOf(pool.breaker).toEqualTypeOf<CircuitBreaker | undefined>()
    expectTypeOf(pool.bulkhead).toEqualTypeOf<Bulkhead | undefined>()
    pool.policy.subscribe(event => {
      if (event.type === 'retry.scheduled') expectTypeOf(event.delayMs).toBeNumber()
      if (event.type === 'circuit.opened') expectTypeOf(event.trips).toBeNumber()
      if (event.type === 'timeout.expired') expectTypeOf(event.timeoutMs).toBeNumber()
    })
  })

  it('takes options, a policy or false for each part', () => {
    resilientPool(new Pool(), { retry: false, breaker: false, bulkhead: false })
    resilientPool(new Pool(), { retry: retry(), breaker: circuitBreaker(), bulkhead: bulkhead({ maxConcurrent: 5 }) })
    resilientPool(new Pool(), { retry: { maxAttempts: 3 }, breaker: { openMs: 5 }, bulkhead: { maxQueued: 5 } })
    resilientPool(new Pool(), { timeouts: { totalMs: Infinity }, sessionTimeouts: false, cancelGraceMs: 5 })
    // @ts-expect-error a part is not simply on
    resilientPool(new Pool(), { retry: true })
    // @ts-expect-error all parts have the clock of the pool
    resilientPool(new Pool(), { retry: { clock: {} as Clock } })
    // @ts-expect-error there is no such limit
    resilientPool(new Pool(), { timeouts: { queryMs: 5 } })
    // @ts-expect-error there is no such option
    resilientPool(new Pool(), { timeoutMs: 5 })
    expectTypeOf<PostgresOptions['sessionTimeouts']>().toEqualTypeOf<boolean | undefined>()
  })
})

describe('the parts that stand alone', () => {
  it('classify takes whatever is thrown', () => {
    expectTypeOf(classify).parameters.toEqualTypeOf<[unknown]>()
    expectTypeOf(classify('text')).toEqualTypeOf<ClassifiedFailure>()
    expectTypeOf<'rolled back'>().toExtend<FailureKind>()
    expectTypeOf<'repeat once'>().toExtend<NextStep>()
  })

  it('workOf may know nothing', () => {
    expectTypeOf(workOf({} as Call)).toEqualTypeOf<PostgresWork | undefined>()
  })

  it('RolledBackError has a code to go by', () => {
    expectTypeOf<RolledBackError['code']>().toEqualTypeOf<'ERR_HOLDFAST_ROLLED_BACK'>()
    expectTypeOf<RolledBackError>().toExtend<Error>()
  })
})
