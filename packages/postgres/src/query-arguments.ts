import type { QueryResult } from 'pg'
import type { QueryParts } from './lone-query.ts'
import type { QueryOptions } from './query-options.ts'

/** A call of `query`, in any of the forms that `pg` takes, and with options. */
export interface QueryArguments extends QueryParts {
  readonly options: QueryOptions | undefined
  readonly callback: ((error: Error | null, result?: QueryResult) => void) | undefined
}

/** Reads `(textOrConfig, values?, options?, callback?)`; the callback may come after any of them. */
export function queryArguments(given: readonly unknown[]): QueryArguments {
  const last = given[given.length - 1]
  if (typeof last === 'function') {
    return { ...queryArguments(given.slice(0, -1)), callback: last as QueryArguments['callback'] }
  }
  const second = given[1] ?? undefined
  // Values are a list: an object in their place can only be options.
  if (typeof second === 'object' && !Array.isArray(second)) {
    return { text: given[0], values: undefined, options: second, callback: undefined }
  }
  return { text: given[0], values: second, options: given[2] ?? undefined, callback: undefined }
}

/** A query that sends itself: a cursor, a stream. */
export function isSubmittable(query: unknown): boolean {
  return typeof (query as { readonly submit?: unknown } | null | undefined)?.submit === 'function'
}
