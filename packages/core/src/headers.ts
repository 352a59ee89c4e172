/**
 * Headers as fetch has them, or as Node's servers and undici do: lower-case names, and lists for what came more than
 * once.
 */
export type HeaderSource = Pick<Headers, 'get'> | Readonly<Record<string, string | readonly string[] | undefined>>

/** What has headers: a `Response`, a `Request`, an `IncomingMessage`. */
export interface WithHeaders {
  /** As fetch or as Node has them. */
  readonly headers: HeaderSource
}

/** The value of a header, its lines joined by commas; undefined where there is none. `name` in lower case. */
export function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (hasGet(headers)) return headers.get(name) ?? undefined
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  return typeof value === 'object' ? value.join(', ') : value
}

const hasGet = (headers: HeaderSource): headers is Pick<Headers, 'get'> => typeof headers.get === 'function'
