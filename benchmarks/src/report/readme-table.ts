import type { Row } from '../harness/question.ts'
import type { Result } from '../harness/results.ts'
import { lossesFirst } from './losses-first.ts'
import { markdownTable } from './markdown.ts'
import { ratioCell } from './ratio-table.ts'
import { hostText } from './section.ts'

interface Line {
  readonly question: string
  readonly group: string
  readonly text: string
}

const lines: readonly Line[] = [
  ...['retry', 'timeout', 'circuit breaker', 'bulkhead', 'fallback', 'all but the timeout'].map(group =>
    overhead(group),
  ),
  overhead('all five', 'all five in a pipeline'),
  overhead("all five, with the caller's signal"),
  { question: 'rejection', group: 'open circuit', text: 'a rejection by an open circuit' },
]

const columns: ReadonlyMap<string, readonly string[]> = new Map([
  ['by hand', ['by hand']],
  ['cockatiel', ['cockatiel']],
  ['p-retry, p-timeout, p-limit', ['p-retry', 'p-timeout', 'p-limit']],
  ['opossum', ['opossum']],
])

/** What a reader of the README wants to know: a line for each pattern, losses first. */
export function readmeTable(results: readonly Result[]): string {
  const rows = lines.flatMap(line => rowsOf(line, results))
  const table = markdownTable(
    ['time (memory)', ...columns.keys()],
    lossesFirst(rows).map(({ name, rows: all }) => [name, ...cells(all)]),
  )
  return `${table}\n\n${hosts(results)} [All figures and charts](docs/benchmarks.md).`
}

function cells(rows: readonly Row[]): string[] {
  return [...columns.values()].map(subjects => ratioCell(rows.find(({ subject }) => subjects.includes(subject))))
}

function overhead(group: string, text: string = group): Line {
  return { question: 'overhead', group, text }
}

/** Only of those who have a column, under the name that the README has for it. */
function rowsOf({ question, group, text }: Line, results: readonly Result[]): Row[] {
  const rows = results.find(result => result.question === question)?.rows.filter(row => row.group === group) ?? []
  if (rows.length === 0) throw new RangeError(`the README tells of ${group}, which ${question} has not measured`)
  const shown = [...columns.values()].flat()
  return rows.filter(({ subject }) => shown.includes(subject)).map(row => ({ ...row, group: text }))
}

function hosts(results: readonly Result[]): string {
  const asked = results.filter(result => lines.some(({ question }) => question === result.question))
  return [...new Set(asked.map(({ host }) => hostText(host)))].join(' ')
}
