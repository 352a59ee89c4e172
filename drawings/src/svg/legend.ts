import { label, MARGIN, WIDTH } from './drawing.ts'
import type { Markup } from './markup.ts'

export interface Entry {
  readonly text: string
  /** Draws the sample, 18 units wide, with its left end and its middle here. */
  readonly sample: (x: number, y: number) => Markup[]
}

const LINE = 22
const LETTER = 6.9

/** As many entries side by side as there is room for. */
export function legend(
  entries: readonly Entry[],
  top: number,
): { readonly height: number; readonly content: Markup[] } {
  const content: Markup[] = []
  let [x, y] = [MARGIN, top + LINE / 2]
  for (const { text, sample } of entries) {
    const width = 26 + text.length * LETTER + 12
    if (x > MARGIN && x + width > WIDTH) [x, y] = [MARGIN, y + LINE]
    content.push(...sample(x, y), label(text, x + 24, y + 4.5, { class: 'quiet' }))
    x += width
  }
  return { height: y + LINE / 2 - top + 8, content }
}
