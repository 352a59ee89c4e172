import type { Page } from './pages.ts'

/** A table of a page. */
export interface Table {
  /** The first code in the heading above it. */
  readonly of: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function tablesOf({ lines }: Page): Table[] {
  const found: { of: string; header: string[]; rows: string[][] }[] = []
  let heading = ''
  let isInTable = false
  for (const line of lines) {
    const isRow = line.startsWith('|')
    if (/^#+ /.test(line)) heading = line
    if (isRow && !isInTable) found.push({ of: /`([^`]+)`/.exec(heading)?.[1] ?? '', header: cells(line), rows: [] })
    else if (isRow && !/^[-|: ]+$/.test(line)) found.at(-1)?.rows.push(cells(line))
    isInTable = isRow
  }
  return found
}

/** What the first column says, without the marks of code. */
export function firstCells({ rows }: Table): string[] {
  return rows.map(([first = '']) => first.replaceAll('`', ''))
}

/** The cells of a row; a bar within one is written as `\|`. */
function cells(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map(cell => cell.trim().replaceAll('\\|', '|'))
}
