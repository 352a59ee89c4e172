/** An error as Node's sockets have it. */
export function coded(code: string, facts: object = {}): Error {
  return Object.assign(new Error(code), { code, ...facts })
}

/** What Node's fetch rejects with: it has no code itself. */
export function fetchFailed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause })
}

/** Nobody listens there. */
export const refused = (): TypeError => fetchFailed(coded('ECONNREFUSED', { syscall: 'connect' }))

/** The connection broke under the request. */
export const reset = (): TypeError => fetchFailed(coded('ECONNRESET', { syscall: 'read' }))
