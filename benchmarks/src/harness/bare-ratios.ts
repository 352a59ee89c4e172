import { type Column, figureOf, type Goal, type Row } from './question.ts'
import { median } from './statistics.ts'
import type { Turn } from './turns.ts'

export const BARE = 'bare'
export const OWN = 'holdfast'

/** What is told of each subject; `noun` is what a call of it is to people, such as `requests`. */
export function columnsOf(noun: string): readonly Column[] {
  return [
    { figure: 'ratio', title: '× holdfast', format: ratio => ratio.toFixed(2) },
    { figure: 'bytesRatio', title: '× its bytes', format: ratio => ratio.toFixed(2) },
    { figure: 'throughputToBare', title: 'of bare throughput', format: share => `${(100 * share).toFixed(1)} %` },
    { figure: 'p50ToBare', title: 'p50 × bare', format: ratio => ratio.toFixed(2) },
    { figure: 'p99ToBare', title: 'p99 × bare', format: ratio => ratio.toFixed(2) },
    { figure: 'cpuToBare', title: 'processor × bare', format: ratio => ratio.toFixed(2) },
    { figure: 'ns', title: `${noun}/s`, format: ns => (1e9 / ns).toFixed(0) },
    { figure: 'p50Ns', title: 'p50, µs', format: microseconds },
    { figure: 'p99Ns', title: 'p99, µs', format: microseconds },
    { figure: 'cpuNs', title: 'processor, µs', format: microseconds },
    { figure: 'bytes', title: 'bytes', format: bytes => bytes.toFixed(0) },
  ]
}

/**
 * A row for each subject. What is a ratio is taken within each round, and is the median of the rounds: `ratio` and
 * `bytesRatio` to Holdfast's, as all questions have it, `…ToBare` to the same without protection.
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

/** That Holdfast reaches this share of the throughput of what is bare. */
export function shareGoal(rows: readonly Row[], group: string, what: string, leastShare: number): Goal {
  return {
    text: `${group}: time of ${what} to that of a bare one (${100 * leastShare} % of its throughput)`,
    limit: 1 / leastShare,
    reached: 1 / figureOf(rows, group, OWN, 'throughputToBare'),
  }
}

function microseconds(ns: number): string {
  return (ns / 1e3).toFixed(0)
}
