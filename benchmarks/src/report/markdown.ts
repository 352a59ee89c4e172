/** A table whose first columns are text; the others are figures. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: number = 1,
): string {
  const lineOf = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`
  const marks = header.map((_, column) => (column < textColumns ? '---' : '---:'))
  return [lineOf(header), `|${marks.join('|')}|`, ...rows.map(lineOf)].join('\n')
}

export function bold(text: string): string {
  return `**${text}**`
}

/** What folds away until a reader opens it. */
export function folded(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`
}

/** A bar would end the cell. */
function escaped(cell: string): string {
  return cell.replaceAll('|', String.raw`\|`)
}
