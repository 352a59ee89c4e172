import type { ServerRequest } from './exchange.ts'

const CHEAP_BYTES = 65_536

/**
 * Whether a body that nobody wants is better read and dropped, which Node does by itself, than answered by closing the
 * connection: a small one costs less than a new connection, a long one would be a way to keep a busy server busy.
 */
export function isBodyWorthReading({ complete, headers }: ServerRequest): boolean {
  if (complete || headers['transfer-encoding'] !== undefined) return complete
  return Number(headers['content-length'] ?? 0) <= CHEAP_BYTES
}
