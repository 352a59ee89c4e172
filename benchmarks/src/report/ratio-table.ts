import type { Row } from '../harness/question.ts'
import { rivalsFirst } from './losses-first.ts'
import { bold, markdownTable } from './markdown.ts'
import { measuredRatio, ratioText, verdictOf } from './verdict.ts'

/** A line for each group, losses first; who takes part in less than half of them shares the last column with others. */
export function ratioTable(rows: readonly Row[]): string {
  const groups = rivalsFirst(rows)
  const rivals = groups.flatMap(group => group.rows)
  const subjects = [...new Set(rivals.map(({ subject }) => subject))]
  const isUsual = (subject: string): boolean =>
    2 * rivals.filter(row => row.subject === subject).length >= groups.length
  const usual = subjects.filter(isUsual)
  const hasOthers = usual.length < subjects.length

  const cellsOf = (within: readonly Row[]): string[] => {
    const cells = usual.map(subject => ratioCell(within.find(row => row.subject === subject)))
    if (!hasOthers) return cells
    const others = within.filter(({ subject }) => !usual.includes(subject))
    return [...cells, others.map(row => `${row.subject} ${ratioCell(row)}`).join(', ') || '–']
  }
  const hasMemory = rivals.some(row => measuredRatio(row, 'bytesRatio') !== undefined)
  const header = [hasMemory ? 'time (memory)' : '', ...usual, ...(hasOthers ? ['others'] : [])]
  return markdownTable(
    header,
    groups.map(({ name, rows: within }) => [name, ...cellsOf(within)]),
  )
}

/** Such as `**0.3** (1.2)`, or `on par (1.0)`. */
export function ratioCell(row: Row | undefined): string {
  const ratio = row && measuredRatio(row, 'ratio')
  if (ratio === undefined) return '–'
  const memory = row && measuredRatio(row, 'bytesRatio')
  const told = verdictOf(ratio) === 'on par' ? 'on par' : emphasised(ratio)
  return memory === undefined ? told : `${told} (${emphasised(memory)})`
}

function emphasised(ratio: number): string {
  return verdictOf(ratio) === 'loss' ? bold(ratioText(ratio)) : ratioText(ratio)
}
