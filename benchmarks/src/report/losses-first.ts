import type { Row } from '../harness/question.ts'
import { measuredRatio } from './verdict.ts'

/** What is measured under the same conditions. */
export interface Group {
  readonly name: string
  readonly rows: readonly Row[]
}

/** Groups, and those within each, by how much less than Holdfast they cost; what was not measured comes last. */
export function lossesFirst(rows: readonly Row[]): Group[] {
  const names = [...new Set(rows.map(({ group }) => group))]
  const groups = names.map(name => ({ name, rows: rows.filter(({ group }) => group === name).toSorted(byRatio) }))
  return groups.toSorted((one, other) => smallestRatio(one) - smallestRatio(other))
}

/** The same, of those alone who do the work of Holdfast beside it. */
export function rivalsFirst(rows: readonly Row[]): Group[] {
  const groups = lossesFirst(rows).map(({ name, rows: all }) => ({ name, rows: all.filter(isRival) }))
  return groups.filter(group => group.rows.some(row => measuredRatio(row, 'ratio') !== undefined))
}

/** A bare `.then` is what any work around a call must cost, and no rival. */
function isRival({ subject }: Row): boolean {
  return !subject.startsWith('holdfast') && subject !== '.then'
}

function byRatio(one: Row, other: Row): number {
  return ratioOf(one) - ratioOf(other)
}

function smallestRatio({ rows }: Group): number {
  return Math.min(...rows.filter(isRival).map(ratioOf), LAST)
}

function ratioOf(row: Row): number {
  return measuredRatio(row, 'ratio') ?? LAST
}

/** Not Infinity: the difference of that to itself is not a number. */
const LAST = Number.MAX_VALUE
