/** Origins of what addresses begin with, up to their path. Clients call few of them again and again. */
const known = /* @__PURE__ */ new Map<string, string>()
const MOST_KNOWN = 1_000

/** The origin of an address; of one without, such as those of data, its scheme. Throws a `TypeError` for what is no URL. */
export function originOf(address: string): string {
  const { length } = /^https?:\/\//.exec(address)?.[0] ?? ''
  const pathAt = address.indexOf('/', length)
  // Without an authority there, only a whole address can be made sense of.
  if (length === 0 || pathAt <= length) return parsedOrigin(address)
  // Scheme and authority end at the first slash after them: what follows cannot change the origin.
  const beginning = address.slice(0, pathAt)
  const found = known.get(beginning)
  if (found !== undefined) return found
  if (known.size >= MOST_KNOWN) known.clear()
  const origin = parsedOrigin(beginning)
  known.set(beginning, origin)
  return origin
}

function parsedOrigin(address: string): string {
  const { origin, protocol } = urlOf(address)
  return origin === 'null' ? protocol : origin
}

/** In browsers an address may be relative to that of the page. */
export function urlOf(address: string | URL): URL {
  return new URL(address, globalThis.location?.href)
}
