import { box, type Drawing, label, line, MARGIN, WIDTH } from './drawing.ts'
import { glyph, type Shape } from './glyph.ts'
import { legend } from './legend.ts'
import type { Markup } from './markup.ts'
import { type Scale, scale, ticks, timeText } from './scale.ts'

type SpanKind = 'answered' | 'failed' | 'cut' | 'waiting' | 'unwanted' | 'closed' | 'open' | 'halfOpen'

/** Something that lasts. */
export interface Span {
  readonly kind: SpanKind
  readonly fromMs: number
  readonly toMs: number
  /** Written into it, if there is room, or after it. */
  readonly text?: string
}

/** Something that happens at a moment. */
export interface Mark {
  readonly shape: Shape
  readonly kind: 'glyph' | 'glyph-good' | 'glyph-bad'
  readonly atMs: number
}

export interface Lane {
  readonly name: string
  readonly spans?: readonly Span[]
  readonly marks?: readonly Mark[]
}

/** A moment that concerns all lanes. */
interface Limit {
  readonly atMs: number
  readonly text: string
}

interface Panel {
  readonly heading: string
  readonly note: string
  readonly lanes: readonly Lane[]
  readonly limits?: readonly Limit[]
}

export interface Timeline {
  readonly title: string
  readonly description: string
  readonly untilMs: number
  readonly tickMs: number
  readonly panels: readonly Panel[]
  /** Which kinds are explained, and how. */
  readonly legend: readonly (readonly [kind: SpanKind | Shape, text: string])[]
}

const LEFT = 84
const RIGHT = WIDTH - MARGIN - 6
const LANE = 26
const BAR = 20
const HEAD = 46
const FOOT = 24
const GAP = 16
/** About as wide as a letter is, on average. */
const LETTER = 6.9

const looks: Record<SpanKind, readonly [fill: string, text: string, glyph: Shape | undefined]> = {
  answered: ['good', 'on-fill', 'tick'],
  failed: ['bad', 'on-fill', 'cross'],
  cut: ['cut', '', undefined],
  waiting: ['waiting', 'quiet', undefined],
  unwanted: ['hatched', '', undefined],
  closed: ['band', '', undefined],
  open: ['bad', 'on-fill', undefined],
  halfOpen: ['waiting', '', undefined],
}

/** Panels below each other on one scale of time. */
export function timeline({ title, description, untilMs, tickMs, panels, legend: entries }: Timeline): Drawing {
  const at = scale([0, untilMs], [LEFT, RIGHT])
  const drawn: Markup[] = []
  let top = 40
  for (const panel of panels) {
    drawn.push(...panelMarkup(panel, top, at, ticks(tickMs, untilMs)))
    top += HEAD + panel.lanes.length * LANE + FOOT + GAP
  }
  const explained = legend(
    entries.map(([kind, text]) => ({ text, sample: (x, y) => sampleOf(kind, x, y) })),
    top + 6,
  )
  return { title, description, height: top + 6 + explained.height, content: [...drawn, ...explained.content] }
}

function panelMarkup(panel: Panel, top: number, at: Scale, times: readonly number[]): Markup[] {
  const first = top + HEAD
  const bottom = first + panel.lanes.length * LANE
  const axis = times.flatMap(ms => [
    line([at(ms), first - 2], [at(ms), bottom], 'grid'),
    label(timeText(ms), at(ms), bottom + 14, { class: 'quiet', 'text-anchor': at(ms) > RIGHT - 20 ? 'end' : 'middle' }),
  ])
  const limits = (panel.limits ?? []).flatMap(({ atMs, text }) => [
    line([at(atMs), first - 4], [at(atMs), bottom], 'limit'),
    label(text, at(atMs) + 5, first + 12, { class: 'quiet' }),
  ])
  const lanes = panel.lanes.flatMap((lane, index) => laneMarkup(lane, first + index * LANE, at))
  return [
    label(panel.heading, MARGIN, top + 14, { class: 'heading' }),
    label(panel.note, MARGIN, top + 31, { class: 'quiet' }),
    ...axis,
    line([LEFT, bottom], [RIGHT, bottom], 'axis'),
    ...lanes,
    ...limits,
  ]
}

function laneMarkup({ name, spans = [], marks = [] }: Lane, top: number, at: Scale): Markup[] {
  const middle = top + LANE / 2
  return [
    label(name, MARGIN, middle + 4),
    ...spans.flatMap(span => spanMarkup(span, middle, at)),
    ...marks.map(({ shape, kind, atMs }) => glyph(shape, at(atMs), middle, kind)),
  ]
}

function spanMarkup({ kind, fromMs, toMs, text = '' }: Span, middle: number, at: Scale): Markup[] {
  const [fill, textKind, shape] = looks[kind]
  const [from, to] = [at(fromMs) + 0.75, at(toMs) - 0.75]
  const bar = box([from, middle - BAR / 2], [to, middle + BAR / 2], fill)
  const room = to - from
  const hasGlyph = shape !== undefined && room >= 14
  const sign = hasGlyph ? [glyph(shape, to - 8, middle, 'glyph-on-fill')] : []
  if (text === '') return [bar, ...sign]

  const width = text.length * LETTER
  const textRoom = room - (hasGlyph ? 18 : 4)
  if (width <= textRoom) {
    const style = { class: textKind, 'text-anchor': 'middle' }
    return [bar, ...sign, label(text, from + 2 + textRoom / 2, middle + 4.5, style)]
  }
  return [bar, ...sign, label(text, to + 5, middle + 4.5)]
}

function sampleOf(kind: SpanKind | Shape, x: number, y: number): Markup[] {
  if (!(kind in looks)) return [glyph(kind as Shape, x + 9, y, kind === 'cross' ? 'glyph-bad' : 'glyph')]
  const [fill, , shape] = looks[kind as SpanKind]
  const bar = box([x, y - 7], [x + 18, y + 7], fill)
  return shape === undefined ? [bar] : [bar, glyph(shape, x + 9, y, 'glyph-on-fill')]
}
