import { type Call, interleaved, type Measurement, type Rounds } from './interleaved.ts'
import type { Case, Column, Row } from './question.ts'

export interface Comparison {
  readonly name: string
  /** What is taken off every figure of time: what there is without any subject. */
  readonly baseline: Call
  /** What makes them, by the name of whose code it is. */
  readonly subjects: Readonly<Record<string, () => Call>>
  /** Begins what is to go on meanwhile, and returns what ends it. */
  readonly begin?: (() => () => void) | undefined
  readonly verify?: (() => Promise<void>) | undefined
  readonly rounds?: Partial<Rounds> | undefined
}

/** What a comparison tells of each subject. */
export const comparisonColumns: readonly Column[] = [
  { figure: 'ratio', title: '× holdfast', format: value => value.toFixed(2) },
  { figure: 'bytesRatio', title: '× its bytes', format: value => value.toFixed(2) },
  { figure: 'ns', title: 'ns above', format: value => value.toFixed(0) },
  { figure: 'medianNs', title: 'median ns', format: value => value.toFixed(0) },
  { figure: 'bytes', title: 'bytes', format: value => value.toFixed(0) },
]

const OWN = 'holdfast'
const usual: Rounds = { calls: 4_000, rounds: 24, warmUpRounds: 8 }

/**
 * Subjects that do the same work. Holdfast meets each of the others in a process of its own, so that nobody pays for what
 * a third one leaves behind; there the two and the baseline take turns. `ns` and `medianNs` are above the baseline,
 * `bytes` are all that a call allocates; `ratio` and `bytesRatio` are to those of Holdfast in the same process.
 */
export function comparison({ name, baseline, subjects, begin, verify, rounds }: Comparison): readonly Case[] {
  const make = (subject: string): Call => (subjects[subject] as () => Call)()
  const measurePair = async (other: string): Promise<readonly [Row, Row]> => {
    const calls = { baseline, own: make(OWN), other: make(other) }
    const end = begin?.()
    const measured = await interleaved(new Map(Object.entries(calls)), { ...usual, ...rounds })
    end?.()
    const base = measured.get('baseline') as Measurement
    const above = (key: keyof typeof calls): Measurement => {
      const { ns, medianNs, bytes } = measured.get(key) as Measurement
      return { ns: ns - base.ns, medianNs: medianNs - base.medianNs, bytes }
    }
    const [own, theirs] = [above('own'), above('other')]
    const figures = { ...theirs, ratio: theirs.ns / own.ns, bytesRatio: theirs.bytes / own.bytes }
    return [
      { group: name, subject: OWN, figures: { ...own, ratio: 1, bytesRatio: 1 } },
      { group: name, subject: other, figures },
    ]
  }

  const others = Object.keys(subjects).filter(subject => subject !== OWN)
  return others.map((other, at) => ({
    name: `${name}: ${other}`,
    ...(verify !== undefined && at === 0 ? { verify } : {}),
    // Its own figures are those of the first pair.
    measure: async () => (await measurePair(other)).slice(at === 0 ? 0 : 1),
  }))
}
