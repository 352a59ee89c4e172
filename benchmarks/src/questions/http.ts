import { BARE, columnsOf, shareGoal } from '../harness/bare-ratios.ts'
import { besideBare } from '../harness/beside-bare.ts'
import type { Question } from '../harness/question.ts'
import type { Pace } from '../harness/turns.ts'
import { type Family, usualLimits } from '../subjects/http-client.ts'
import { families } from '../subjects/http-families.ts'
import { proveFamily } from '../subjects/http-proofs.ts'
import { httpOpened } from './http-opened.ts'

const LEAST_SHARE_OF_BARE = 0.97

const usual = { turnMs: 40, rounds: 150, warmUpRounds: 30 }
const paces: readonly Pace[] = [32, 1].map(atOnce => ({ ...usual, atOnce }))

const groupOf = ({ name }: Family, { atOnce }: Pace): string => `${name}, ${atOnce} at once`

const groups = paces.flatMap(pace => families.map(family => ({ family, pace, name: groupOf(family, pace) })))

export const question: Question = {
  name: 'http',
  title: 'What does a protected request cost, beside the same request without protection?',
  method: `GET of 200 bytes of JSON, which is read, over connections of HTTP/1.1 that are kept. Callers in plain loops make
32 requests at once, or one. The server is a process of its own: of two cores it takes one and the client the other, which is
what limits the throughput of 32, while one alone waits for the server, too. Everybody tries three times and gives up an
attempt after ${usualLimits.attemptMs / 1e3} s, and all of them after ${usualLimits.totalMs / 1e3} s where the library can.
Holdfast meets the bare request in three processes, and in three more each of the others together with the bare request.
There they take turns of ${usual.turnMs} ms, ${usual.rounds} rounds (beside others, less than half of them) after
${usual.warmUpRounds} to warm up. A turn ends with a collection of the young garbage, which counts for its throughput and
processor time, but not for its latencies; the heap has room for all of a turn. Ratios are those of each round, of which the
median is told: two of the same came out within 2 % of each other. got and axios make their requests with \`node:http\`, and
are beside a bare fetch all the same.`,
  columns: columnsOf('requests'),
  processes: 3,
  cases: groups.flatMap(({ family, pace, name }) =>
    besideBare({
      group: name,
      subjects: [BARE, ...Object.keys(family.clients)],
      pace,
      open: subjects => httpOpened(family, subjects),
      verify: pace === paces[0] ? () => proveFamily(family) : undefined,
    }),
  ),
  goalsOf: rows => groups.map(({ name }) => shareGoal(rows, name, 'a request', LEAST_SHARE_OF_BARE)),
}
