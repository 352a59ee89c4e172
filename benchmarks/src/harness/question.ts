/** What was measured of a subject: figures by name, such as `ns` and `bytes`. */
export interface Row {
  /** What is measured under the same conditions, such as `retry` or `1 000 keys`. */
  readonly group: string
  /** Whose code it is: `holdfast`, a peer, or `by hand`. */
  readonly subject: string
  readonly figures: Figures
}

type Figures = Readonly<Record<string, number>>

/** A part of a question that runs in a process of its own: nothing is optimised for what another part did. */
export interface Case {
  readonly name: string
  /** Fails unless all subjects do the same work. */
  readonly verify?: () => Promise<void>
  readonly measure: () => Promise<readonly Row[]>
}

/** How a figure is told to people. */
export interface Column {
  readonly figure: string
  readonly title: string
  readonly format: (value: number) => string
}

/** What was aimed at: at most `limit`. */
export interface Goal {
  readonly text: string
  readonly limit: number
  readonly reached: number
}

export interface Question {
  readonly name: string
  /** The question itself. */
  readonly title: string
  /** What was done to find out, so that somebody else could. */
  readonly method: string
  readonly columns: readonly Column[]
  readonly cases: readonly Case[]
  /** In how many processes each case is measured; what is told is the median of them. */
  readonly processes: number
  /** Flags of Node that it needs. */
  readonly execArgv?: readonly string[]
  /** What is told of the rows of all cases, where a figure of one is to be seen beside that of another. Default: as they are. */
  readonly comparedRows?: (rows: readonly Row[]) => readonly Row[]
  readonly goalsOf: (rows: readonly Row[]) => readonly Goal[]
}

/** A figure of a row; throws for one that is not there. */
export function figureOf(rows: readonly Row[], group: string, subject: string, figure: string): number {
  const row = rows.find(each => each.group === group && each.subject === subject)
  const value = row?.figures[figure]
  if (value === undefined) throw new RangeError(`there is no ${figure} of ${subject} for ${group}`)
  return value
}
