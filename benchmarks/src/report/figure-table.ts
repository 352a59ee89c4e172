import type { Column, Question, Row } from '../harness/question.ts'
import { lossesFirst } from './losses-first.ts'
import { markdownTable } from './markdown.ts'
import { measuredFigure } from './verdict.ts'

/** All figures of a question, ratios before what they are the ratios of. */
export function figureTable({ columns }: Pick<Question, 'columns'>, rows: readonly Row[]): string {
  const shown = ratiosFirst(columns)
  const lines = lossesFirst(rows).flatMap(({ name, rows: all }) =>
    all.map(row => [name, row.subject, ...shown.map(column => cellOf(row, column))]),
  )
  return markdownTable(['', 'of', ...shown.map(({ title }) => title)], lines, 2)
}

function cellOf(row: Row, { figure, format }: Column): string {
  const value = measuredFigure(row, figure)
  return value === undefined ? '–' : format(value)
}

function ratiosFirst(columns: readonly Column[]): Column[] {
  const isRatio = ({ figure }: Column): boolean => /ratio$/i.test(figure)
  return [...columns.filter(isRatio), ...columns.filter(column => !isRatio(column))]
}
