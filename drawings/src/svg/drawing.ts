import { type Attributes, element, type Markup } from './markup.ts'
import { style } from './style.ts'

/** A drawing in units of its own: 480 of them are its width. */
export interface Drawing {
  readonly title: string
  /** What it shows, for those who cannot see it. */
  readonly description: string
  readonly height: number
  readonly content: readonly Markup[]
}

/** Narrow, so that the text can still be read when all of it is as wide as a telephone. */
export const WIDTH = 480
export const MARGIN = 14

/** How large it is drawn where there is room, in pixels per unit. */
const SCALE = 4 / 3

/** The text of an SVG file. */
export function svgOf({ title, description, height, content }: Drawing): string {
  const size = { width: WIDTH * SCALE, height: Math.round(height * SCALE), viewBox: `0 0 ${WIDTH} ${height}` }
  const labels = { role: 'img', 'aria-labelledby': 'title description' }
  const { markup } = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, ...labels },
    element('title', { id: 'title' }, title),
    element('desc', { id: 'description' }, description),
    element('style', {}, style),
    hatching(),
    element('rect', { class: 'paper', x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 6 }),
    label(title, MARGIN, 24, { class: 'title' }),
    ...content,
  )
  return `${markup}\n`
}

function hatching(): Markup {
  const stripes = {
    id: 'hatching',
    width: 6,
    height: 6,
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  }
  return element(
    'defs',
    {},
    element('pattern', stripes, element('rect', { class: 'stripe', x: 0, y: 0, width: 2, height: 6 })),
  )
}

export function label(text: string, x: number, y: number, attributes: Attributes = {}): Markup {
  return element('text', { x, y, ...attributes }, text)
}

export function line(from: readonly [number, number], to: readonly [number, number], kind: string): Markup {
  return element('line', { class: kind, x1: from[0], y1: from[1], x2: to[0], y2: to[1] })
}

/** Through these points, in order. */
export function path(points: readonly (readonly [number, number])[], kind: string): Markup {
  const steps = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`)
  return element('path', { class: kind, d: `M${steps.join('L')}` })
}

export function box(from: readonly [number, number], to: readonly [number, number], kind: string): Markup {
  return element('rect', { class: kind, x: from[0], y: from[1], width: to[0] - from[0], height: to[1] - from[1] })
}
