import type { QueryResult } from 'pg'
import type { QueryParts } from './lone-query.ts'
import type { QueryOptions } from './query-options.ts'

/** A call of `query`, in any of the forms that `pg` takes, and with options. */
export interface QueryArguments {
  readonly parts: QueryParts
  readonly options: QueryOptions | undefined
  readonly callback: ((error: Error | null, result?: QueryResult) => void) | undefined
}

/** Reads `(textOrConfig, values?, options?, callback?)`; the callback may come after any of them. */
export function queryArguments(given: readonly unknown[]): QueryArguments {
  const last = given.at(-1)
  const callback = typeof last === 'function' ? (last as QueryArguments['callback']) : undefined
  const [textOrConfig, second, third] = callback === undefined ? given : given.slice(0, -1)
  // Values are a list: an object in their place can only be options.
  const isOptions = typeof second === 'object' && second !== null && !Array.isArray(second)
  return {
    parts: [textOrConfig, isOptions ? undefined : (second ?? undefined)],
    options: isOptions ? second : (third ?? undefined),
    callback,
  }
}
