// A prime, so that a chunk that is lost, doubled or out of place shows; the block is a multiple of it.
const period = 251
const block = Uint8Array.from({ length: 256 * period }, (_, index) => index % period)

/** So many bytes, the one at offset n being n modulo 251, in chunks of 64 kB at most: always the same, and never all in memory. */
export function* patternOf(bytes: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let left = bytes; left > 0; left -= block.length) {
    yield left >= block.length ? block : block.subarray(0, left)
  }
}
