import { type Call, TimeoutError } from '@holdfast/core'
import { type KernelCall, promised } from '@holdfast/core/kernel'
import type { QueryResult } from 'pg'
import { connectOf } from './connecting.ts'
import type { Gateway } from './gateway.ts'
import { LoneQuery, type QueryParts } from './lone-query.ts'
import { isSubmittable, queryArguments } from './query-arguments.ts'
import { limitOf, merged, type QueryOptions, readQueryOptions } from './query-options.ts'
import { tell } from './tell.ts'
import { viewOf } from './view.ts'
import { contextOf, Work } from './work.ts'

/** `query` of a resilient pool, in all forms that `pg` takes. */
export function queryOf(
  gateway: Gateway,
  defaults: QueryOptions | undefined,
): (...given: readonly unknown[]) => unknown {
  const { pool } = gateway
  return (...given) => {
    // A cursor or a stream: the pool itself sends it, on a connection that comes through the policies.
    if (isSubmittable(given[0])) {
      return (viewOf(pool, { connect: connectOf(gateway, defaults) }) as Sending).query(...given)
    }
    const query = queryArguments(given)
    const { options, callback } = query
    const result = queried(gateway, query, merged(defaults, options))
    return callback === undefined ? result : tell(result, callback)
  }
}

/** A pool as JavaScript sees it: its forms of `query` are told apart when it runs. */
interface Sending {
  readonly query: (...given: readonly unknown[]) => unknown
}

function queried(gateway: Gateway, query: QueryParts, options: QueryOptions | undefined): Promise<QueryResult> {
  const { settings, policies } = gateway
  return promised(() => {
    const read = readQueryOptions(settings.name, options)
    const { signal, readOnly } = read
    const timeoutMs = limitOf(settings.name, read)
    if (timeoutMs <= 0) throw new TimeoutError(settings.name, 0, 'run')
    const work = new Work({ readOnly, isTransaction: false })
    const context = contextOf(work, read.context)
    const attempt = (call: Call): Promise<QueryResult> => new LoneQuery(gateway, work, query).run(call as KernelCall)
    return policies.query.run(attempt, { signal, timeoutMs, context })
  })
}
