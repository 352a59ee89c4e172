import type { Row } from '../harness/question.ts'
import { median } from '../harness/statistics.ts'
import type { Turn } from './http-turns.ts'

export const BARE = 'bare'
export const OWN = 'holdfast'

/**
 * A row for each subject. What is a ratio is taken within each round, and is the median of the rounds: `ratio` and
 * `bytesRatio` to Holdfast's, as all questions have it, `…ToBare` to the request without protection.
 */
export function rowsOf(group: string, turns: ReadonlyMap<string, readonly Turn[]>): Row[] {
  const of = (subject: string): readonly Turn[] => turns.get(subject) ?? []
  return [...turns].map(([subject, own]) => ({
    group,
    subject,
    figures: {
      ratio: medianRatio('ns', own, of(OWN)),
      bytesRatio: medianRatio('bytes', own, of(OWN)),
      throughputToBare: medianRatio('ns', of(BARE), own),
      cpuToBare: medianRatio('cpuNs', own, of(BARE)),
      p50ToBare: medianRatio('p50Ns', own, of(BARE)),
      p99ToBare: medianRatio('p99Ns', own, of(BARE)),
      ns: medianOf('ns', own),
      cpuNs: medianOf('cpuNs', own),
      p50Ns: medianOf('p50Ns', own),
      p99Ns: medianOf('p99Ns', own),
      bytes: medianOf('bytes', own),
    },
  }))
}

function medianOf(figure: keyof Turn, turns: readonly Turn[]): number {
  return median(turns.map(turn => turn[figure]))
}

function medianRatio(figure: keyof Turn, turns: readonly Turn[], to: readonly Turn[]): number {
  return median(turns.map((turn, round) => turn[figure] / (to[round]?.[figure] ?? Number.NaN)))
}
