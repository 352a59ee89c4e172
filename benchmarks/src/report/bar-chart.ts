import { element, type Markup } from '@holdfast/drawings/markup'
import type { Row } from '../harness/question.ts'
import { type Drawing, label, line, WIDTH } from './drawing.ts'
import { logScale } from './log-scale.ts'
import { type Group, rivalsFirst } from './losses-first.ts'
import { measuredRatio, ratioText, type Verdict, verdictOf } from './verdict.ts'

/** The ends of the axis, with room beyond them for a figure. */
const LEFT = 200
const RIGHT = WIDTH - 40
const SUBJECT = 166
const TOP = 84
const LINE = 18
const GAP = 10

/** A bar for each subject of each group, from the line at 1, which is Holdfast, to its ratio. Losses first. */
export function barChart(title: string, rows: readonly Row[]): Drawing {
  const groups = rivalsFirst(rows)
  const rivals = groups.flatMap(group => group.rows)
  const ratios = ['ratio', 'bytesRatio'].flatMap(figure => rivals.flatMap(row => measuredRatio(row, figure) ?? []))
  const { at, ticks } = logScale([0.5, 2, ...ratios], [LEFT, RIGHT])
  const tops = topsOf(groups)
  const bottom = tops.at(-1) ?? TOP
  const hasMemory = rivals.some(row => measuredRatio(row, 'bytesRatio') !== undefined)

  const grid = ticks.flatMap(tick => [
    line([at(tick), TOP - 6], [at(tick), bottom - GAP], tick === 1 ? 'axis' : 'grid'),
    label(`${tick}`, at(tick), TOP - 12, { class: 'quiet', 'text-anchor': 'middle' }),
  ])
  return {
    title,
    description: descriptionOf(groups),
    height: bottom + 6,
    content: [
      label(title, 16, 24, { class: 'heading' }),
      ...legend(hasMemory),
      ...grid,
      ...groups.flatMap((group, index) => barsOf(group, tops[index] ?? TOP, at)),
    ],
  }
}

/** Where each group begins, and where the last one ends. */
function topsOf(groups: readonly Group[]): number[] {
  const tops = [TOP]
  for (const { rows } of groups) tops.push((tops.at(-1) ?? TOP) + LINE * (rows.length + 1) + GAP)
  return tops
}

function barsOf({ name, rows }: Group, top: number, at: (ratio: number) => number): Markup[] {
  const bars = rows.flatMap((row, index) => barOf(row, top + LINE * (index + 1), at))
  return [label(name, 16, top + 13, { class: 'heading' }), ...bars]
}

function barOf(row: Row, top: number, at: (ratio: number) => number): Markup[] {
  const who = label(row.subject, SUBJECT, top + 13, { 'text-anchor': 'end' })
  const ratio = measuredRatio(row, 'ratio')
  if (ratio === undefined) return [who, label('not measured', at(1) + 6, top + 13, { class: 'quiet' })]

  const from = Math.min(at(1), at(ratio))
  const width = Math.max(Math.abs(at(ratio) - at(1)), 1)
  const memory = measuredRatio(row, 'bytesRatio')
  return [
    who,
    element('rect', { class: kindOf(verdictOf(ratio)), x: from, y: top + 3, width, height: LINE - 6 }),
    ...(memory === undefined ? [] : [dot(at(memory), top + LINE / 2)]),
    valueLabel(ratio, memory === undefined ? [at(ratio)] : [at(ratio), at(memory)], top + 13),
  ]
}

/** Beyond the bar and the dot, on the side of the bar. */
function valueLabel(ratio: number, places: readonly number[], y: number): Markup {
  return ratio < 1
    ? label(ratioText(ratio), Math.min(...places) - 8, y, { 'text-anchor': 'end' })
    : label(ratioText(ratio), Math.max(...places) + 8, y)
}

function dot(x: number, y: number): Markup {
  return element('circle', { class: 'memory', cx: x, cy: y, r: 3.5 })
}

function legend(hasMemory: boolean): Markup[] {
  const entries: [string, string][] = [
    ['loss', 'Holdfast costs more'],
    ['on-par', 'on par'],
    ['gain', 'Holdfast costs less'],
  ]
  const marks = entries.flatMap(([kind, text], index) => [
    element('rect', { class: kind, x: 16 + 160 * index, y: 38, width: 12, height: 12 }),
    label(text, 34 + 160 * index, 48, { class: 'quiet' }),
  ])
  return hasMemory ? [...marks, dot(502, 44), label('its memory', 514, 48, { class: 'quiet' })] : marks
}

function kindOf(verdict: Verdict): string {
  return verdict.replace(' ', '-')
}

function descriptionOf(groups: readonly Group[]): string {
  const told = groups.map(({ name, rows }) => {
    const ratios = rows.map(row => {
      const ratio = measuredRatio(row, 'ratio')
      return `${row.subject} ${ratio === undefined ? 'not measured' : ratioText(ratio)}`
    })
    return `${name}: ${ratios.join(', ')}.`
  })
  return `Multiples of what Holdfast costs, on a logarithmic scale. ${told.join(' ')}`
}
