import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Call } from '../harness/interleaved.ts'
import type { Case, Row } from '../harness/question.ts'
import { type Family, usualLimits } from '../subjects/http-client.ts'
import { BARE, OWN, rowsOf } from './http-figures.ts'
import { type Pace, turnsOf } from './http-turns.ts'

interface Conditions {
  readonly group: string
  readonly family: Family
  readonly pace: Pace
  readonly verify?: (() => Promise<void>) | undefined
}

/** What is measured of others is read with some slack, what is measured beside the bare request is not. */
const OTHERS_SHARE_OF_ROUNDS = 0.4

const serverPath = fileURLToPath(new URL('http-server.ts', import.meta.url))

/**
 * Holdfast meets the bare request alone in a process of its own, and in another one each of the others together with
 * the bare request: nobody pays for what somebody else leaves behind.
 */
export function besideBare({ group, family, pace, verify }: Conditions): readonly Case[] {
  const own = {
    name: `${group}: ${BARE}`,
    ...(verify !== undefined ? { verify } : {}),
    measure: () => measure([OWN, BARE], { group, family, pace }),
  }
  const fewer = { ...pace, rounds: Math.round(pace.rounds * OTHERS_SHARE_OF_ROUNDS) }
  const others = Object.keys(family.clients).filter(subject => subject !== OWN)
  return [
    own,
    ...others.map(other => ({
      name: `${group}: ${other}`,
      measure: async () => {
        const rows = await measure([OWN, BARE, other], { group, family, pace: fewer })
        return rows.filter(({ subject }) => subject === other)
      },
    })),
  ]
}

/** With a server in a process of its own. */
async function measure(subjects: readonly string[], { group, family, pace }: Conditions): Promise<readonly Row[]> {
  const server = fork(serverPath)
  const [port] = (await once(server, 'message')) as [number]
  const url = `http://127.0.0.1:${port}/orders/1`
  const calls = subjects.map((subject): readonly [string, Call] => {
    const get = family.clients[subject]?.make(usualLimits) ?? family.bare
    return [subject, () => get(url)]
  })
  const turns = await turnsOf(new Map(calls), pace)
  server.disconnect()
  return rowsOf(group, turns)
}
