import type { Goal, Question, Row } from './question.ts'

/** What a person reads in a terminal: a block for each group, a line for each subject. */
export function tableOf({ columns, goalsOf }: Question, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ subject }) => subject.length))
  const titles = columns.map(({ title }) => title)
  const lineOf = ({ subject, figures }: Row): string => {
    const cells = columns.map(({ figure, format }, at) => {
      const value = figures[figure]
      const text = value === undefined || Number.isNaN(value) ? '–' : format(value)
      return text.padStart(Math.max(10, titles[at]?.length ?? 0) + 2)
    })
    return `  ${subject.padEnd(width)}${cells.join('')}`
  }
  const groups = [...new Set(rows.map(({ group }) => group))]
  const lines = groups.flatMap(name => [`\n${name}`, ...rows.filter(({ group }) => group === name).map(lineOf)])
  const head = titles.map(title => title.padStart(Math.max(10, title.length) + 2)).join('')
  return [`${' '.repeat(width + 2)}${head}`, ...lines, ...goalLines(goalsOf(rows))].join('\n')
}

function goalLines(goals: readonly Goal[]): string[] {
  if (goals.length === 0) return []
  return [
    '\nGoals, the worst first',
    ...worstFirst(goals).map(
      ({ text, limit, reached }) =>
        `  ${reached <= limit ? 'met   ' : 'MISSED'}  ${text}: ${reached.toFixed(2)}, aimed at ${limit.toFixed(2)} or less`,
    ),
  ]
}

/** By how far they were missed; of those that allow nothing, by how much there is. */
export function worstFirst(goals: readonly Goal[]): Goal[] {
  return goals.toSorted((one, other) => severityOf(other) - severityOf(one))
}

function severityOf({ reached, limit }: Goal): number {
  if (limit > 0) return reached / limit
  return reached > 0 ? Number.MAX_VALUE : 0
}
