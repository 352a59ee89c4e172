import { element, type Markup } from './markup.ts'

/** Shapes that say what colours say, too. */
const shapes = {
  tick: 'M-4 0l3 3l5 -6',
  cross: 'M-3.5 -3.5l7 7M-3.5 3.5l7 -7',
  dash: 'M0 -4v8',
  diamond: 'M0 -5l5 5l-5 5l-5 -5z',
  ring: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
}

export type Shape = keyof typeof shapes

export function glyph(shape: Shape, x: number, y: number, kind: string): Markup {
  return element('path', { class: kind, d: shapes[shape], transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` })
}
