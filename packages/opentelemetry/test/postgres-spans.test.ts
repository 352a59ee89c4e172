import { createRequire } from 'node:module'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { type ResilientPool, resilientPool } from '@holdfast/postgres'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import type { Pool } from 'pg'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { type Traced, type TracedOptions, traced } from './traced.ts'

// It instruments what is required from then on, once, and not what is imported.
const instrumentation = new PgInstrumentation()
const { Pool: InstrumentedPool } = createRequire(import.meta.url)('pg') as { readonly Pool: typeof Pool }
afterAll(() => instrumentation.disable())

describePostgres('the spans of pg', server => {
  const { database } = server.config
  /** A pool with one connection, and spans of all that it does. */
  const tracedPool = (options?: TracedOptions): { readonly pool: ResilientPool; readonly spans: Traced } => {
    const spans = traced(options)
    instrumentation.setTracerProvider(spans.tracerProvider)
    const pool = resilientPool(new InstrumentedPool({ ...server.config, max: 1 }), { name: 'accounts' })
    onTestFinished(() => pool.end())
    return { pool, spans }
  }
  const inSpan = <T>({ tracer }: Traced, name: string, work: () => Promise<T>): Promise<T> =>
    tracer.startActiveSpan(name, span => work().finally(() => span.end()))

  it('are children of the call', async () => {
    const { pool, spans } = tracedPool()

    const { rows } = await inSpan(spans, 'caller', () => pool.query('select 1 as one'))

    expect(rows).toEqual([{ one: 1 }])
    expect(spans.tree()).toEqual(['caller', '  accounts', '    pg.connect', `    pg.query:SELECT ${database}`])
  })

  it('are children of their attempt, where it has a span, also after a wait for a connection', async () => {
    const { pool, spans } = tracedPool({ attemptSpans: true })

    await Promise.all(
      ['one', 'other'].map(caller => inSpan(spans, caller, () => pool.query(`select '${caller}' as who`))),
    )

    expect(spans.tree()).toEqual([
      'one',
      '  accounts',
      '    accounts attempt',
      '      pg.connect',
      `      pg.query:SELECT ${database}`,
      'other',
      '  accounts',
      '    accounts attempt',
      `      pg.query:SELECT ${database}`,
    ])
  })

  it('are children of the call, those of a transaction', async () => {
    const { pool, spans } = tracedPool()

    await inSpan(spans, 'caller', () => pool.transaction(({ client }) => client.query('select 2 as two')))

    const [caller, call, ...statements] = spans.tree()
    expect([caller, call]).toEqual(['caller', '  accounts.transaction'])
    expect(statements.filter(line => !line.startsWith('    pg.'))).toEqual([])
    expect(statements).toEqual(
      expect.arrayContaining(['BEGIN', 'SELECT', 'COMMIT'].map(word => `    pg.query:${word} ${database}`)) as string[],
    )
  })
})
