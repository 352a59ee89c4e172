import { randomUUID } from 'node:crypto'
import { isHoldfastError } from '@holdfast/core'
import { classify } from '@holdfast/redis'
import type { Redis } from 'ioredis'
import type { AnyClient, Outcome, Words } from './faults-clients.ts'

/** What a caller knows of one increment: that it was executed, that it was not, or neither. */
type Knowledge = 'executed' | 'not executed' | 'unknown'

interface Entry {
  readonly key: string
  readonly knowledge: Knowledge
  readonly error: unknown
}

/** What was promised to callers, each increment with a counter of its own, to be compared with what the server has. */
export interface Ledger {
  readonly entries: readonly Entry[]
  /** Increments new counters. Settles when all is known that will ever be. */
  readonly increment: (client: AnyClient, way: Way) => Promise<void>
  /** What the server has, in the same order. */
  readonly values: (server: Redis) => Promise<(string | null)[]>
  /** What is not as it was promised. */
  readonly broken: (server: Redis) => Promise<string[]>
  readonly count: (knowledge: Knowledge) => number
}

/** A way to increment counters. */
export interface Way {
  readonly name: string
  readonly counters: number
  readonly go: (client: AnyClient, keys: readonly string[]) => Promise<readonly Outcome[]>
}

const incr = (key: string): Words => ['INCR', key]

export const ways: readonly Way[] = [
  {
    name: 'command',
    counters: 1,
    go: async (client, [key = '']) => [{ reply: await client.say(...incr(key)) }],
  },
  {
    name: 'script',
    counters: 1,
    go: async (client, [key = '']) => [
      { reply: await client.say('EVAL', 'return redis.call("INCR", KEYS[1])', '1', key) },
    ],
  },
  { name: 'pipeline', counters: 3, go: (client, keys) => client.pipeline(keys.map(incr)) },
  {
    name: 'transaction',
    counters: 2,
    go: async (client, keys) => ((await client.multi(keys.map(incr))) as unknown[]).map(reply => ({ reply })),
  },
]

export function ledger(): Ledger {
  // The server may not be ours alone.
  const prefix = randomUUID()
  const entries: Entry[] = []
  let keys = 0
  const values = (server: Redis): Promise<(string | null)[]> => server.mget(entries.map(({ key }) => key))

  return {
    entries,
    async increment(client, { name, counters, go }) {
      const ours = Array.from({ length: counters }, () => `${prefix}:${name}:${++keys}`)
      let outcomes: readonly Outcome[]
      try {
        outcomes = await go(client, ours)
      } catch (error) {
        outcomes = ours.map(() => ({ error }))
      }
      for (const [index, key] of ours.entries()) entries.push({ key, ...knowledgeOf(outcomes[index]) })
    },
    values,
    async broken(server) {
      const found = await values(server)
      return entries.flatMap(({ key, knowledge, error }, index) => {
        const value = Number(found[index] ?? 0)
        const isKept = knowledge === 'unknown' ? value <= 1 : value === (knowledge === 'executed' ? 1 : 0)
        return isKept ? [] : [`${key} is ${knowledge}, and ${value}: ${String(error)}`]
      })
    },
    count: wanted => entries.filter(({ knowledge }) => knowledge === wanted).length,
  }
}

function knowledgeOf(outcome: Outcome | undefined): Pick<Entry, 'knowledge' | 'error'> {
  if (outcome === undefined) throw new Error('there is no outcome')
  if ('reply' in outcome) return { knowledge: 'executed', error: undefined }
  const { error } = outcome
  const isUnknown = isHoldfastError(error, 'ERR_HOLDFAST_UNKNOWN_OUTCOME') || classify(error).kind === 'timedOut'
  return { knowledge: isUnknown ? 'unknown' : 'not executed', error }
}
