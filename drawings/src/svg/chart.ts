import { box, type Drawing, label, line, MARGIN, path, WIDTH } from './drawing.ts'
import { type Entry, legend } from './legend.ts'
import { element, type Markup } from './markup.ts'
import { type Scale, scale, ticks } from './scale.ts'

export type Point = readonly [x: number, y: number]

/** What is drawn of numbers: a line through them, the steps between them, a dot or a bar for each. */
export interface Series {
  readonly shape: 'line' | 'steps' | 'dots' | 'bars'
  readonly kind: 'own' | 'other'
  readonly points: readonly Point[]
  /** Of a bar, in units of the axis. */
  readonly width?: number
}

interface Axis {
  readonly until: number
  readonly step: number
  readonly text: (value: number) => string
  /** Where it begins, 0 unless it is given. */
  readonly from?: number
}

export interface ChartPanel {
  readonly heading: string
  readonly note: string
  readonly series: readonly Series[]
}

export interface Chart {
  readonly title: string
  readonly description: string
  readonly x: Axis
  readonly y: Axis
  readonly panels: readonly ChartPanel[]
  /** The height of what is between the axes. */
  readonly height: number
  readonly legend?: readonly Entry[]
}

const LEFT = 64
const RIGHT = WIDTH - MARGIN - 6
const HEAD = 44
const FOOT = 24
const GAP = 12

/** Panels below each other, all on the same axes. */
export function chart({ title, description, x, y, panels, height, legend: entries = [] }: Chart): Drawing {
  const at = scale([x.from ?? 0, x.until], [LEFT, RIGHT])
  const drawn: Markup[] = []
  let top = 40
  for (const panel of panels) {
    drawn.push(...panelMarkup(panel, top, at, x, y, height))
    top += HEAD + height + FOOT + GAP
  }
  const explained = entries.length === 0 ? { height: 0, content: [] } : legend(entries, top)
  return { title, description, height: top + explained.height, content: [...drawn, ...explained.content] }
}

function panelMarkup(panel: ChartPanel, top: number, at: Scale, x: Axis, y: Axis, height: number): Markup[] {
  const first = top + HEAD
  const bottom = first + height
  const up = scale([0, y.until], [bottom, first])
  const across = ticks(y.step, y.until).flatMap(value => [
    line([LEFT, up(value)], [RIGHT, up(value)], value === 0 ? 'axis' : 'grid'),
    label(y.text(value), LEFT - 6, up(value) + 4.5, { class: 'quiet', 'text-anchor': 'end' }),
  ])
  const along = ticks(x.step, x.until)
    .filter(value => value >= (x.from ?? 0))
    .map(value =>
      label(x.text(value), at(value), bottom + 16, {
        class: 'quiet',
        'text-anchor': at(value) > RIGHT - 20 ? 'end' : 'middle',
      }),
    )
  return [
    label(panel.heading, MARGIN, top + 14, { class: 'heading' }),
    label(panel.note, MARGIN, top + 31, { class: 'quiet' }),
    ...across,
    ...along,
    ...panel.series.flatMap(series => seriesMarkup(series, at, up)),
  ]
}

function seriesMarkup({ shape, kind, points, width = 1 }: Series, at: Scale, up: Scale): Markup[] {
  const fill = kind === 'own' ? 'good' : 'bad'
  const stroke = kind === 'own' ? 'line' : 'line-other'
  const placed = points.map(([x, y]): [number, number] => [at(x), up(y)])
  if (shape === 'line') return [path(placed, stroke)]
  if (shape === 'steps') return [path(stepsThrough(placed), stroke)]
  if (shape === 'dots') return placed.map(([x, y]) => element('circle', { class: fill, cx: x, cy: y, r: 2 }))
  return points.filter(([, y]) => y > 0).map(([x, y]) => box([at(x), up(y)], [at(x + width) - 0.4, up(0)], fill))
}

/** Each value lasts until the next one. */
function stepsThrough(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return points.flatMap(([x, y], index): (readonly [number, number])[] => {
    const before = points[index - 1]
    return before === undefined
      ? [[x, y]]
      : [
          [x, before[1]],
          [x, y],
        ]
  })
}

/** A sample of a series, for the legend. */
export function sampleOf({ shape, kind }: Pick<Series, 'shape' | 'kind'>): Entry['sample'] {
  return (x, y) => {
    if (shape === 'dots')
      return [3, 9, 15].map(offset =>
        element('circle', { class: kind === 'own' ? 'good' : 'bad', cx: x + offset, cy: y, r: 2 }),
      )
    if (shape === 'bars') return [box([x + 2, y - 6], [x + 16, y + 6], kind === 'own' ? 'good' : 'bad')]
    return [line([x, y], [x + 18, y], kind === 'own' ? 'line' : 'line-other')]
  }
}
