import { createHash } from 'node:crypto'

/** The SHA-256 of a text or of bytes, in hexadecimal: what a recorded body is compared with. */
export function sha256(data: string | Uint8Array | Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  if (typeof data === 'string' || data instanceof Uint8Array) return hash.update(data).digest('hex')
  for (const chunk of data) hash.update(chunk)
  return hash.digest('hex')
}
