import { availability } from '@holdfast/database-servers'
import { BARE, columnsOf, shareGoal } from '../harness/bare-ratios.ts'
import { besideBare } from '../harness/beside-bare.ts'
import type { Question } from '../harness/question.ts'
import type { Pace } from '../harness/turns.ts'
import { type DbFamily, usualLimits } from '../subjects/db-family.ts'
import { proveDbFamily } from '../subjects/db-proofs.ts'
import { MAX_CONCURRENT } from '../subjects/job.ts'
import { postgresFamilies } from '../subjects/postgres-families.ts'
import { redisFamilies } from '../subjects/redis-families.ts'
import { dbOpened } from './db-opened.ts'

const LEAST_SHARE_OF_BARE = 0.95

const usual = { turnMs: 40, rounds: 100, warmUpRounds: 30 }
const paces: readonly Pace[] = [32, 1].map(atOnce => ({ ...usual, atOnce }))

/** On a machine without a server, its part is left out. */
const families = [
  ...(availability('postgres').isAvailable ? postgresFamilies : []),
  ...(availability('redis').isAvailable ? redisFamilies : []),
]
const groupOf = ({ name }: DbFamily, { atOnce }: Pace): string => `${name}, ${atOnce} at once`
const groups = paces.flatMap(pace => families.map(family => ({ family, pace, name: groupOf(family, pace) })))

export const question: Question = {
  name: 'db',
  title: 'What does a protected query or command cost, beside the same without protection?',
  method: `A query that returns one number, a transaction of three statements (a row locked, changed, and another inserted;
with BEGIN and COMMIT by hand where it is bare), and GET and SET of 200 bytes, on PostgreSQL and Redis servers that the
question starts. Callers in plain loops make 32 calls at once, or one. Pools have ${MAX_CONCURRENT} connections, so that of 32
calls 22 wait for one; clients of Redis have one. The server has processes of its own: of two cores it takes one and the client
the other, which is what limits the throughput of 32, while one alone waits for the server, too. Everybody tries three times
and gives up an attempt after ${usualLimits.attemptMs / 1e3} s, and all of them after ${usualLimits.totalMs / 1e3} s; all but
the bare have a circuit breaker, and before pools a bulkhead, too. Holdfast's transaction sends one statement more: it asks for
the number of the transaction, by which it finds out what became of a COMMIT whose answer was lost. Holdfast meets the bare
client in three processes, and in three more each of the others together with the bare one. There they take turns of
${usual.turnMs} ms, ${usual.rounds} rounds (beside others, less than half of them) after ${usual.warmUpRounds} to warm up. A
turn ends with a collection of the young garbage, which counts for its throughput and processor time, but not for its
latencies; the heap has room for all of a turn. Ratios are those of each round, of which the median is told.`,
  columns: columnsOf('calls'),
  processes: 3,
  cases: groups.flatMap(({ family, pace, name }) =>
    besideBare({
      group: name,
      subjects: [BARE, ...Object.keys(family.clients)],
      pace,
      open: subjects => dbOpened(family, subjects),
      verify: pace === paces[0] ? () => proveDbFamily(family) : undefined,
    }),
  ),
  goalsOf: rows =>
    groups
      .filter(({ family }) => !family.name.startsWith('transaction'))
      .map(({ name }) => shareGoal(rows, name, 'a call', LEAST_SHARE_OF_BARE)),
}
