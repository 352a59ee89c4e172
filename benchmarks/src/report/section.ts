import type { Question } from '../harness/question.ts'
import type { Host, Result } from '../harness/results.ts'
import { figureTable } from './figure-table.ts'
import { goalTable } from './goals.ts'
import { rivalsFirst } from './losses-first.ts'
import { folded } from './markdown.ts'
import { ratioTable } from './ratio-table.ts'

/** What a question says about itself. */
type Asked = Pick<Question, 'name' | 'title' | 'method' | 'columns'>

/** What was found out about a question. */
export interface Answer {
  readonly asked: Asked
  readonly result: Result
  /** What its chart shows. */
  readonly chartTitle: string
}

/** A question, how it was measured, its goals, its chart and its figures. */
export function section({ asked, result, chartTitle }: Answer): string {
  const { name, title, method } = asked
  const { goals, host, rows } = result
  const parts = [
    `## ${name}`,
    `**${title}**`,
    `${method.replace(/\s+/g, ' ')} ${hostText(host)}`,
    ...(goals.length > 0 ? [goalTable(goals)] : []),
    `![${chartTitle}](charts/${name}.svg)`,
    ...tables(asked, rows),
  ]
  return parts.join('\n\n')
}

export function hostText({ node, machine, date }: Host): string {
  return `Measured on ${date} with Node ${node.replace('v', '')} on ${machine}.`
}

/** Where there is nobody beside Holdfast, all figures are shown at once. */
function tables(asked: Asked, rows: Result['rows']): string[] {
  const all = figureTable(asked, rows)
  return rivalsFirst(rows).length > 0 ? [ratioTable(rows), folded('All figures', all)] : [all]
}
