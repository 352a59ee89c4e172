import type { Row } from '../harness/question.ts'
import type { Result } from '../harness/results.ts'
import { barChart } from './bar-chart.ts'
import { type Drawing, svgOf } from './drawing.ts'
import { type Growth, growthPanels, type Place, placeByGroup } from './growth.ts'
import { lineChart } from './line-chart.ts'

interface Chart {
  readonly title: string
  readonly draw: (title: string, rows: readonly Row[]) => Drawing
}

const time: Growth = { figure: 'ns', title: 'time per call' }

const charts: Readonly<Record<string, Chart>> = {
  overhead: bars('Time and memory of a call, as multiples of Holdfast’s', rows => rows.filter(isPlain)),
  rejection: bars('Time and memory of a rejected call, as multiples of Holdfast’s'),
  concurrency: lines('Time and memory of a call among n others', [
    time,
    { figure: 'bytes', title: 'bytes of one that waits' },
  ]),
  windows: lines('Time of a call through a circuit breaker', [time]),
  keyed: lines('Time of a call among n keys, and memory of a key', [
    time,
    { figure: 'keyBytes', title: 'bytes of a key' },
  ]),
  soak: lines(
    'Time of a call in a long life',
    [time, { figure: 'cpuNs', title: 'time of the processor' }],
    placeByTenth,
  ),
  http: bars('Time and memory of a request, as multiples of Holdfast’s'),
  db: bars('Time and memory of a query or command, as multiples of Holdfast’s'),
  telemetry: bars('Time and memory of a call, as multiples of one that is watched'),
  size: bars('Size of an import, gzip, as a multiple of Holdfast’s'),
  startup: bars('Time before the first call, as a multiple of Holdfast’s'),
}

export function chartTitleOf(question: string): string {
  return chartOf(question).title
}

/** An SVG file; the same for the same figures. */
export function chartSvg({ question, rows }: Result): string {
  const { title, draw } = chartOf(question)
  return svgOf(draw(title, rows))
}

function chartOf(question: string): Chart {
  const chart = charts[question]
  if (chart === undefined) throw new RangeError(`there is no chart for ${question}`)
  return chart
}

function bars(title: string, shown: (rows: readonly Row[]) => readonly Row[] = rows => rows): Chart {
  return { title, draw: (of, rows) => barChart(of, shown(rows)) }
}

function lines(title: string, growths: readonly Growth[], placeOf = placeByGroup): Chart {
  return { title, draw: (of, rows) => lineChart(of, growthPanels(rows, growths, placeOf)) }
}

/** There are more conditions than a chart can show. */
function isPlain({ group }: Row): boolean {
  return !group.includes(',') || group === "all five, with the caller's signal"
}

/** The group tells whose calls they are, the subject which tenth of them. */
function placeByTenth({ group, subject }: Row): Place | undefined {
  const [, whose] = /^(.+), by tenths$/.exec(group) ?? []
  return whose === undefined ? undefined : { x: Number(subject), condition: 'by tenths of the calls', subject: whose }
}
