import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Text of one style. Every character is one column wide. */
export type Span = readonly [text: string, style?: Style]
export type Line = readonly Span[]

export function widthOf(line: Line): number {
  return line.reduce((width, [text]) => width + text.length, 0)
}

/** Cuts what does not fit: a line that wraps would spoil the redraw. */
export function fitted(line: Line, columns: number): Line {
  let left = columns
  return line.map(([text, style]): Span => {
    const kept = text.slice(0, left)
    left -= kept.length
    return style === undefined ? [kept] : [kept, style]
  })
}

/** `left` and `right` at the two ends of a line; what does not fit of `right` is left out. */
export function spread(left: Line, right: Line, columns: number): Line {
  const gap = columns - widthOf(left) - widthOf(right)
  return gap < 1 ? left : [...left, [' '.repeat(gap)], ...right]
}

export function paint(line: Line, hasColor: boolean): string {
  // Whether the stream takes colours has been decided; styleText would ask stdout again.
  return line
    .map(([text, style]) =>
      hasColor && style !== undefined ? styleText(style, text, { validateStream: false }) : text,
    )
    .join('')
}
