/** Finds bytes in a stream, however it comes in chunks. Returns, for each chunk, where matches begin, from its first byte. */
export function matcher(match: Uint8Array): (chunk: Uint8Array) => number[] {
  // What the end of the last chunk may have begun.
  let tail: Uint8Array = new Uint8Array()

  return chunk => {
    const seen = Buffer.concat([tail, chunk])
    const found: number[] = []
    let from = 0
    for (let at = seen.indexOf(match); at !== -1; at = seen.indexOf(match, from)) {
      found.push(at - tail.length)
      from = at + match.length
    }
    tail = seen.subarray(Math.max(from, seen.length - match.length + 1))
    return found
  }
}
