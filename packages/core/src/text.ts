/** `text` without control and format characters and line breaks, at most `length` long: safe to log and to keep. */
export function clean(text: string, length = 120): string {
  return text.slice(0, length).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
}

/** What came, for the message of an error. Runs no code of the value's. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${clean(value)}"`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return isArray(value) ? 'an array' : 'an object'
  return clean(String(value))
}

function isArray(value: object): boolean {
  let isList = false
  try {
    isList = Array.isArray(value)
  } catch {
    // A proxy that was revoked cannot even be asked what it is.
  }
  return isList
}
