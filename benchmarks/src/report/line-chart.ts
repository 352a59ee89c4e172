import { element, type Markup } from '@holdfast/drawings/markup'
import { type Drawing, label, line, WIDTH } from './drawing.ts'
import { type LogScale, logScale } from './log-scale.ts'
import { ratioText } from './verdict.ts'

export interface Point {
  /** How many calls, keys, or whatever it grows with; above 0. */
  readonly x: number
  /** A multiple of what the chart compares to; above 0. */
  readonly y: number
}

/** How the figures of somebody grow. */
export interface Line {
  readonly name: string
  readonly points: readonly Point[]
}

/** Lines on the same pair of axes. */
export interface Panel {
  readonly title: string
  /** Under which it was measured. */
  readonly condition: string
  readonly lines: readonly Line[]
}

interface Box {
  readonly x: number
  readonly y: number
}

const PER_ROW = 2
const PANEL_WIDTH = WIDTH / PER_ROW
const PLOT_HEIGHT = 170
const TOP = 40
const LEGEND_LINE = 18
const MARGIN = 44
const HEAD = 42

/** One for each subject, Holdfast first. */
const kinds = ['own', 'other', 'third', 'fourth', 'fifth', 'sixth']

/** Panels side by side, each with logarithmic axes: what does not grow is a level line. */
export function lineChart(title: string, panels: readonly Panel[]): Drawing {
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))]
  const kindOf = (name: string): string => kinds[names.indexOf(name) % kinds.length] ?? ''
  const mostLines = Math.max(0, ...panels.map(({ lines }) => lines.length))
  const panelHeight = PLOT_HEIGHT + LEGEND_LINE * mostLines + 84
  return {
    title,
    description: `Multiples of Holdfast’s figure at the smallest n, on logarithmic axes. ${panels.map(described).join(' ')}`,
    height: TOP + panelHeight * Math.ceil(panels.length / PER_ROW),
    content: [
      label(title, 16, 24, { class: 'heading' }),
      label('1 is Holdfast’s at the smallest n', WIDTH - 16, 24, { class: 'quiet', 'text-anchor': 'end' }),
      ...panels.flatMap((panel, index) =>
        panelAt(
          panel,
          { x: PANEL_WIDTH * (index % PER_ROW), y: TOP + panelHeight * Math.floor(index / PER_ROW) },
          kindOf,
        ),
      ),
    ],
  }
}

function panelAt(
  { title, condition, lines }: Panel,
  { x: left, y: top }: Box,
  kindOf: (name: string) => string,
): Markup[] {
  const points = lines.flatMap(each => each.points)
  const bottom = top + HEAD + PLOT_HEIGHT
  const ends = [left + MARGIN, left + PANEL_WIDTH - 24] as const
  const x = logScale(points.length > 0 ? points.map(point => point.x) : [1], ends, 7)
  const y = logScale([0.5, 2, ...points.map(point => point.y)], [bottom, top + HEAD], 8)
  return [
    label(title, left + 16, top + 12),
    label(condition, left + 16, top + 28, { class: 'quiet' }),
    ...y.ticks.flatMap(tick => [
      line([ends[0], y.at(tick)], [ends[1], y.at(tick)], tick === 1 ? 'axis' : 'grid'),
      label(`${tick}`, ends[0] - 6, y.at(tick) + 4, { class: 'quiet', 'text-anchor': 'end' }),
    ]),
    ...x.ticks.map(tick =>
      label(shortened(tick), x.at(tick), bottom + 16, { class: 'quiet', 'text-anchor': 'middle' }),
    ),
    ...lines.flatMap((each, index) => [
      ...curve(each, kindOf(each.name), x, y),
      ...legendEntry(each, kindOf(each.name), left + MARGIN, bottom + 38 + LEGEND_LINE * index),
    ]),
  ]
}

function curve({ points }: Line, kind: string, x: LogScale, y: LogScale): Markup[] {
  const places = points.map(point => `${x.at(point.x).toFixed(1)},${y.at(point.y).toFixed(1)}`)
  const dots = points.map(point =>
    element('circle', { class: `line ${kind}`, cx: x.at(point.x), cy: y.at(point.y), r: 2 }),
  )
  return [element('polyline', { class: `line ${kind}`, points: places.join(' ') }), ...dots]
}

function legendEntry({ name, points }: Line, kind: string, x: number, y: number): Markup[] {
  const last = points.at(-1)
  const text = last === undefined ? `${name}: not measured` : `${name}: ${ratioText(last.y)} at ${shortened(last.x)}`
  return [line([x, y - 4], [x + 18, y - 4], `line ${kind}`), label(text, x + 26, y, { class: 'quiet' })]
}

/** Such as 100 k. */
function shortened(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`
  return value >= 1e3 ? `${value / 1e3} k` : `${value}`
}

function described({ title, condition, lines }: Panel): string {
  const told = lines.map(({ name, points }) => {
    const at = points.map(point => `${ratioText(point.y)} at ${shortened(point.x)}`)
    return `${name} ${at.join(', ') || 'not measured'}`
  })
  return `${title}, ${condition}: ${told.join('; ')}.`
}
