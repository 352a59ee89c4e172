import { type Attributes, element, type Markup } from '@holdfast/drawings/markup'

export interface Drawing {
  readonly title: string
  /** What it shows, for those who cannot see it. */
  readonly description: string
  readonly height: number
  readonly content: readonly Markup[]
}

export const WIDTH = 760

/** It brings its own paper, so that it can be read whatever is around it. */
const style = `
.paper { fill: #ffffff; stroke: #d0d7de }
text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
.heading { font-weight: 600; paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
.quiet { fill: #59636e }
.grid { stroke: #e3e7eb }
.axis { stroke: #1f2328; stroke-width: 1.5 }
.loss { fill: #c2410c }
.on-par { fill: #818b98 }
.gain { fill: #0969da }
.memory { fill: #ffffff; stroke: #1f2328; stroke-width: 1.5 }
.line { fill: none; stroke-width: 2 }
.own { stroke: #0969da }
.other { stroke: #c2410c }
.third { stroke: #818b98 }
.fourth { stroke: #8250df }
.fifth { stroke: #1a7f37 }
.sixth { stroke: #9a6700 }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; stroke: #3d444d }
  text { fill: #f0f6fc }
  .heading { stroke: #0d1117 }
  .quiet { fill: #9198a1 }
  .grid { stroke: #262c36 }
  .axis { stroke: #f0f6fc }
  .loss { fill: #f0883e }
  .gain { fill: #4493f8 }
  .memory { fill: #0d1117; stroke: #f0f6fc }
  .own { stroke: #4493f8 }
  .other { stroke: #f0883e }
  .third { stroke: #9198a1 }
  .fourth { stroke: #ab7df8 }
  .fifth { stroke: #3fb950 }
  .sixth { stroke: #d29922 }
}
`

/** The text of an SVG file. */
export function svgOf({ title, description, height, content }: Drawing): string {
  const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` }
  const labels = { role: 'img', 'aria-labelledby': 'title description' }
  const { markup } = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, ...labels },
    element('title', { id: 'title' }, title),
    element('desc', { id: 'description' }, description),
    element('style', {}, style),
    element('rect', { class: 'paper', x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 6 }),
    ...content,
  )
  return `${markup}\n`
}

export function label(text: string, x: number, y: number, attributes: Attributes = {}): Markup {
  return element('text', { x, y, ...attributes }, text)
}

export function line(from: readonly [number, number], to: readonly [number, number], kind: string): Markup {
  return element('line', { class: kind, x1: from[0], y1: from[1], x2: to[0], y2: to[1] })
}
