/** A page with other content between two of its comments, such as `benchmarks:begin` and `benchmarks:end`. */
export function withRegion(page: string, name: string, content: string): string {
  const begin = `<!-- ${name}:begin -->`
  const end = `<!-- ${name}:end -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from === -1 || to === -1)
    throw new Error(`README.md: put a line ${begin} and, below it, a line ${end} where it belongs`)
  return `${page.slice(0, from + begin.length)}\n${content}\n${page.slice(to)}`
}
