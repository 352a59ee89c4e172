import { type Call, interleaved, type Measurement, type Rounds } from '../harness/interleaved.ts'
import type { Row } from '../harness/question.ts'

/** Subjects that do the same work, at one size of what they work on. */
export interface Size {
  /** Such as `1 000 keys`. */
  readonly group: string
  /** What is taken off every figure of time: what there is without any subject. */
  readonly baseline: Call
  /** By the name of whose code it is. */
  readonly subjects: Readonly<Record<string, Call>>
}

/** What was measured of a subject at a size, above the baseline of that size. */
export interface Measured extends Measurement {
  readonly group: string
  readonly subject: string
}

const BASELINE = 'baseline'

/** Measures all subjects at all sizes in turns. */
export async function acrossSizes(sizes: readonly Size[], rounds: Rounds): Promise<Measured[]> {
  const nameOf = (group: string, subject: string): string => `${group}: ${subject}`
  const calls = sizes.flatMap(({ group, baseline, subjects }) =>
    Object.entries({ [BASELINE]: baseline, ...subjects }).map(([name, call]) => [nameOf(group, name), call] as const),
  )
  const measured = await interleaved(new Map(calls), rounds)
  const measurementOf = (group: string, subject: string) => measured.get(nameOf(group, subject)) as Measurement
  return sizes.flatMap(({ group, subjects }) => {
    const base = measurementOf(group, BASELINE)
    return Object.keys(subjects).map(subject => {
      const { ns, medianNs, bytes } = measurementOf(group, subject)
      return { group, subject, ns: ns - base.ns, medianNs: medianNs - base.medianNs, bytes }
    })
  })
}

/**
 * `ratio` and `bytesRatio` are to Holdfast at the same size, `flatness` is the time to that of the same subject in the
 * group that `flatTo` names; NaN where there is nothing to compare with.
 */
export function rowsOf(measured: readonly Measured[], flatTo?: string): Row[] {
  return measured.map(({ group, subject, ns, medianNs, bytes }) => {
    const own = measured.find(other => other.group === group && other.subject === 'holdfast')
    const small = measured.find(other => other.group === flatTo && other.subject === subject)
    const ratio = ns / (own?.ns ?? Number.NaN)
    const bytesRatio = bytes / (own?.bytes ?? Number.NaN)
    const flatness = ns / (small?.ns ?? Number.NaN)
    return { group, subject, figures: { ns, medianNs, bytes, ratio, bytesRatio, flatness } }
  })
}

/** How people write it: `10 000`. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ')
}
