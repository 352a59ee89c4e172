import type { Dispatcher } from 'undici'

type RequestHeaders = Dispatcher.DispatchOptions['headers']
type HeaderValue = string | string[]

/** The headers of a request by their names in lower case. */
export function headerRecord(headers: RequestHeaders): Record<string, HeaderValue> {
  return Object.fromEntries(entriesOf(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** Those of a request, and `added`, by names in lower case, in place of what it may have had of the same name. */
export function withHeaders(headers: RequestHeaders, added: Readonly<Record<string, string>>): string[] {
  const kept = entriesOf(headers).filter(([name]) => !Object.hasOwn(added, name.toLowerCase()))
  // undici takes a list of names and values, where a value may be a list, too.
  return [...kept, ...Object.entries(added)].flat() as string[]
}

/** undici takes a record, a list of names and values in turn, or anything that is iterated over in pairs. */
function entriesOf(headers: RequestHeaders): [string, HeaderValue][] {
  if (headers === null || headers === undefined) return []
  if (Array.isArray(headers)) return pairsOf(headers)
  const given = Symbol.iterator in headers ? headers : Object.entries(headers)
  return [...(given as Iterable<[string, HeaderValue | undefined]>)].filter(
    (entry): entry is [string, HeaderValue] => entry[1] !== undefined,
  )
}

function pairsOf(list: readonly string[]): [string, string][] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] as string]] : []))
}
