/** Throws an `Error` that says what was expected and what came. The comparison is that of `Object.is`. */
export function mustBe(what: string, got: unknown, expected: unknown): void {
  if (!Object.is(got, expected)) throw new Error(`${what}: expected ${told(expected)}, got ${told(got)}`)
}

/** The same for lists of words. */
export function mustRead(what: string, got: readonly string[], expected: readonly string[]): void {
  mustBe(what, got.join(', ') || 'nothing', expected.join(', ') || 'nothing')
}

/** What `act` throws, or the word nothing. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return 'nothing'
}

function told(value: unknown): string {
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`
    const text: unknown = typeof value === 'object' ? JSON.stringify(value) : value
    return String(text)
  } catch {
    return `something that cannot be shown, of type ${typeof value}`
  }
}
