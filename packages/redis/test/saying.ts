import { expect } from 'vitest'

/** A text like this. */
export function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}

/** An error whose message is like this. */
export function saying(pattern: RegExp): unknown {
  return expect.objectContaining({ message: like(pattern) })
}
