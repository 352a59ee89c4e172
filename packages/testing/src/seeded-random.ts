/**
 * A `random` for policies that draws the same numbers for the same seed: at least 0, below 1. The generator is
 * mulberry32, good for tests and for nothing that must not be guessed. Throws a `TypeError` for a seed that is no integer.
 */
export function seededRandom(seed: number): () => number {
  if (!Number.isSafeInteger(seed)) throw new TypeError(`seededRandom: the seed must be an integer, got ${seed}`)
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
