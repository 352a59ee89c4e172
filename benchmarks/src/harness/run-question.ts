import { measureApart, verifyApart } from './processes.ts'
import type { Question, Row } from './question.ts'
import { median } from './statistics.ts'

/** Verifies and measures all of a question; `tell` hears what it is at. */
export async function runQuestion(question: Question, tell: (progress: string) => void): Promise<readonly Row[]> {
  const { cases, processes, comparedRows = all => all } = question
  tell('does everybody do the same work?')
  await verifyApart(question)

  const rows: Row[] = []
  for (const [position, { name }] of cases.entries()) {
    const runs: (readonly Row[])[] = []
    for (let run = 1; run <= processes; run++) {
      tell(`${position + 1} of ${cases.length}, ${name}${processes > 1 ? `, process ${run} of ${processes}` : ''}`)
      runs.push(await measureApart(question, position))
    }
    rows.push(...merged(runs))
  }
  return comparedRows(rows)
}

/** The median of each figure: processes differ in how their code happens to be optimised. */
function merged(runs: readonly (readonly Row[])[]): Row[] {
  const [first = []] = runs
  return first.map((row, at) => ({
    ...row,
    figures: Object.fromEntries(
      Object.keys(row.figures).map(figure => [figure, median(runs.map(run => run[at]?.figures[figure] ?? Number.NaN))]),
    ),
  }))
}
