import type { Row } from '../harness/question.ts'

/** What holds of Holdfast beside somebody else. */
export type Verdict = 'loss' | 'on par' | 'gain'

const ON_PAR_WITHIN = 0.2

/** Judges a ratio to Holdfast: below 1, Holdfast costs more. */
export function verdictOf(ratio: number): Verdict {
  if (ratio < 1 - ON_PAR_WITHIN) return 'loss'
  return ratio > 1 + ON_PAR_WITHIN ? 'gain' : 'on par'
}

/** Two digits, which is more than a noisy machine can repeat. */
export function ratioText(ratio: number): string {
  if (ratio < 0.095) return ratio.toPrecision(1)
  return ratio.toFixed(ratio < 9.95 ? 1 : 0)
}

/** Nothing for what was not measured: the committed figures have null for it. */
export function measuredFigure({ figures }: Row, figure: string): number | undefined {
  const value = figures[figure]
  return Number.isFinite(value) ? value : undefined
}

/** Nothing, too, for what came out below 0, as a difference of two times may: it says nothing as a ratio. */
export function measuredRatio(row: Row, figure: string): number | undefined {
  const ratio = measuredFigure(row, figure)
  return ratio !== undefined && ratio > 0 ? ratio : undefined
}
