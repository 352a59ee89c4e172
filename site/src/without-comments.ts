/**
 * A page without its HTML comments, which hold code that runs before and after an example, and marks of the scripts that
 * write parts of it.
 */
export function withoutComments(markdown: string): string {
  const kept: string[] = []
  let isCode = false
  let isComment = false
  for (const line of markdown.split(/\r?\n/)) {
    if (!isComment && line.startsWith('```')) isCode = !isCode
    if (!isCode && line.startsWith('<!--')) isComment = true
    if (!isComment) kept.push(line)
    if (isComment && line.endsWith('-->')) isComment = false
  }
  return kept.join('\n')
}

/** The first fence of a page, with its marks. */
export function firstExample(markdown: string): string {
  const [example] = /^```ts\n.*?^```$/ms.exec(markdown) ?? []
  if (example === undefined) throw new Error('expected a page with an example')
  return example
}
