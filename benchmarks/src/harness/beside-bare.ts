import { BARE, OWN, rowsOf } from './bare-ratios.ts'
import type { Call } from './interleaved.ts'
import type { Case, Row } from './question.ts'
import { type Pace, turnsOf } from './turns.ts'

/** Subjects that do the same work on a server, one of them without protection. */
export interface Match {
  readonly group: string
  /** All of their names, `bare` and `holdfast` among them. */
  readonly subjects: readonly string[]
  readonly pace: Pace
  /** Starts a server, and some of them on it. */
  readonly open: (subjects: readonly string[]) => Promise<Opened>
  readonly verify?: (() => Promise<void>) | undefined
}

export interface Opened {
  /** What makes one call, by the subject. */
  readonly calls: ReadonlyMap<string, Call>
  readonly close: () => Promise<void> | void
}

/** What is measured of others is read with some slack, what is measured beside the bare call is not. */
const OTHERS_SHARE_OF_ROUNDS = 0.4

/**
 * Holdfast meets the bare call alone in a process of its own, and in another one each of the others together with the
 * bare call: nobody pays for what somebody else leaves behind.
 */
export function besideBare(match: Match): readonly Case[] {
  const { group, subjects, pace, verify } = match
  const own = {
    name: `${group}: ${BARE}`,
    ...(verify !== undefined ? { verify } : {}),
    measure: () => measure(match, [OWN, BARE], pace),
  }
  const fewer = { ...pace, rounds: Math.round(pace.rounds * OTHERS_SHARE_OF_ROUNDS) }
  const others = subjects.filter(subject => subject !== OWN && subject !== BARE)
  return [
    own,
    ...others.map(other => ({
      name: `${group}: ${other}`,
      measure: async () => {
        const rows = await measure(match, [OWN, BARE, other], fewer)
        return rows.filter(({ subject }) => subject === other)
      },
    })),
  ]
}

async function measure({ group, open }: Match, subjects: readonly string[], pace: Pace): Promise<readonly Row[]> {
  const { calls, close } = await open(subjects)
  const turns = await turnsOf(calls, pace)
  await close()
  return rowsOf(group, turns)
}
