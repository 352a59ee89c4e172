/** Lets the first `count` pass when all of them have arrived, and everybody after them at once. */
export function barrier(count: number): () => Promise<void> {
  let missing = count
  let open: () => void
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return () => {
    missing -= 1
    if (missing <= 0) open()
    return opened
  }
}
