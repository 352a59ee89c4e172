import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** A Markdown page of the repository. */
export interface Page {
  /** From the root, with slashes. */
  readonly path: string
  readonly lines: readonly string[]
}

/** Everything that people read and copy from. */
export function pages(): Page[] {
  return globSync(['*.md', '.changeset/README.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md'], {
    cwd: root,
  })
    .map(path => path.replaceAll('\\', '/'))
    .toSorted()
    .map(path => ({ path, lines: readFileSync(join(root, path), 'utf8').split(/\r?\n/) }))
}
