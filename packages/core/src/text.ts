/** `text` without control and format characters and at most `length` long: safe to log and to keep. */
export function clean(text: string, length = 120): string {
  return text.slice(0, length).replace(/\p{C}/gu, '')
}

/** What came, for the message of an error. Runs no code of the value's. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${clean(value)}"`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return clean(String(value))
}
