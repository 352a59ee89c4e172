import type { Row } from '../harness/question.ts'
import type { Line, Panel, Point } from './line-chart.ts'
import { measuredFigure } from './verdict.ts'

/** Where a row stands in a chart of growth. */
export interface Place {
  readonly x: number
  /** What is the same for all rows of a panel. */
  readonly condition: string
  readonly subject: string
}

/** A figure that may grow. */
export interface Growth {
  readonly figure: string
  /** Such as `time per call`. */
  readonly title: string
}

interface Placed extends Place {
  readonly row: Row
}

/** A panel for each figure and condition; what is shown is the multiple of Holdfast's figure at the smallest number. */
export function growthPanels(
  rows: readonly Row[],
  growths: readonly Growth[],
  placeOf: (row: Row) => Place | undefined,
): Panel[] {
  const placed = rows.flatMap(row => {
    const place = placeOf(row)
    return place === undefined ? [] : [{ row, ...place }]
  })
  const conditions = [...new Set(placed.map(({ condition }) => condition))]
  return conditions.flatMap(condition =>
    growths.flatMap(({ figure, title }) => {
      const within = placed.filter(each => each.condition === condition)
      const lines = linesOf(within, figure)
      return lines.length === 0 ? [] : [{ title, condition, lines }]
    }),
  )
}

/**
 * By what grows in the name of the group: a share, such as in `10 % fail`, or else the first number, such as in
 * `timeout, 10 000 in flight`; minutes are told in seconds.
 */
export function placeByGroup({ group, subject }: Row): Place | undefined {
  const found = /(\d+) %/.exec(group) ?? /(\d[\d\s,]*\d|\d)(?: (s|min)\b)?/.exec(group)
  if (found === null) return undefined
  const [all, digits = '', unit] = found
  const x = Number(digits.replace(/\D/g, '')) * (unit === 'min' ? 60 : 1)
  const told = unit === undefined ? all.replace(digits, 'n') : 'n s'
  return x > 0 ? { x, condition: group.replace(all, told), subject } : undefined
}

function linesOf(placed: readonly Placed[], figure: string): Line[] {
  const subjects = [...new Set(placed.map(({ subject }) => subject))].toSorted(holdfastFirst)
  const lines = subjects.map(name => ({ name, points: pointsOf(name, placed, figure) }))
  const unit = lines.find(({ points }) => points.length > 0)?.points[0]?.y
  if (unit === undefined) return []
  return lines.map(({ name, points }) => ({ name, points: points.map(({ x, y }) => ({ x, y: y / unit })) }))
}

/** Only what has a place on logarithmic axes. */
function pointsOf(name: string, placed: readonly Placed[], figure: string): Point[] {
  const points = placed
    .filter(({ subject }) => subject === name)
    .map(({ row, x }) => ({ x, y: measuredFigure(row, figure) ?? 0 }))
  return points.filter(({ y }) => y > 0).toSorted((one, other) => one.x - other.x)
}

function holdfastFirst(one: string, other: string): number {
  return Number(other === 'holdfast') - Number(one === 'holdfast')
}
