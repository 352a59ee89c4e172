import type { WriteStream } from 'node:tty'
import { frame, type LoggedNote, type Size } from './frame.ts'
import { fitted, type Line, paint, widthOf } from './line.ts'
import type { Scene, Screen } from './scene.ts'

const control = {
  hideCursor: '\u001B[?25l',
  showCursor: '\u001B[?25h',
  up: (rows: number) => (rows > 0 ? `\u001B[${rows}A` : ''),
  clearRest: '\u001B[K',
  clearBelow: '\u001B[J',
}

/** More notes than any terminal has rows for are of no use. */
const KEPT_NOTES = 50

/** For terminals: one frame, drawn again in place. */
export function liveScreen(scene: Scene, terminal: WriteStream, hasColor: boolean): Screen {
  let notes: readonly LoggedNote[] = []
  let drawn: readonly Line[] = []

  const draw = (): void => {
    const { columns, rows } = sizeOf(terminal)
    // The last column stays free: some terminals wrap as soon as it is written to.
    const size = { columns: columns - 1, rows: rows - 1 }
    const lines = frame(scene, notes, size).map(line => fitted(line, size.columns))
    const painted = lines.map(line => `${paint(line, hasColor)}${control.clearRest}\n`).join('')
    terminal.write(`${control.up(rowsOf(drawn, columns))}\r${painted}${control.clearBelow}`)
    drawn = lines
  }

  terminal.write(control.hideCursor)
  return {
    draw,
    note: (note, atMs) => {
      const last = notes.at(-1)
      const isRepeated = last?.words === note.words
      const logged = { ...note, atMs, times: isRepeated ? last.times + 1 : 1 }
      notes = [...(isRepeated ? notes.slice(0, -1) : notes), logged].slice(-KEPT_NOTES)
    },
    close: () => {
      draw()
      terminal.write(`${control.showCursor}\n`)
    },
  }
}

/** Terminals that do not know their size say 0. */
function sizeOf({ columns, rows }: WriteStream): Size {
  return { columns: columns || 80, rows: rows || 24 }
}

/** The rows that lines take on a terminal that may have become narrower since they were drawn. */
function rowsOf(lines: readonly Line[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
}
