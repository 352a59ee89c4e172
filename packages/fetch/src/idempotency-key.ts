/** A new key, as the header carries it: a quoted string of structured fields (RFC 8941), or, raw, the bare UUID. */
export function newIdempotencyKey(form: 'auto' | 'raw'): string {
  const key = crypto.randomUUID()
  return form === 'raw' ? key : `"${key}"`
}

/** Methods whose repetition may do more than the first request did, and which have a use for a key. */
export function wantsIdempotencyKey(method: string): boolean {
  return method === 'POST' || method === 'PATCH'
}
