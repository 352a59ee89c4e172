import { figureOf, type Goal, type Question, type Row } from '../harness/question.ts'
import { type Family, usualLimits } from '../subjects/http-client.ts'
import { families } from '../subjects/http-families.ts'
import { proveFamily } from '../subjects/http-proofs.ts'
import { besideBare } from './http-beside-bare.ts'
import { OWN } from './http-figures.ts'
import type { Pace } from './http-turns.ts'

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
  columns: [
    { figure: 'ratio', title: '× holdfast', format: ratio => ratio.toFixed(2) },
    { figure: 'bytesRatio', title: '× its bytes', format: ratio => ratio.toFixed(2) },
    { figure: 'throughputToBare', title: 'of bare throughput', format: share => `${(100 * share).toFixed(1)} %` },
    { figure: 'p50ToBare', title: 'p50 × bare', format: ratio => ratio.toFixed(2) },
    { figure: 'p99ToBare', title: 'p99 × bare', format: ratio => ratio.toFixed(2) },
    { figure: 'cpuToBare', title: 'processor × bare', format: ratio => ratio.toFixed(2) },
    { figure: 'ns', title: 'requests/s', format: ns => (1e9 / ns).toFixed(0) },
    { figure: 'p50Ns', title: 'p50, µs', format: microseconds },
    { figure: 'p99Ns', title: 'p99, µs', format: microseconds },
    { figure: 'cpuNs', title: 'processor, µs', format: microseconds },
    { figure: 'bytes', title: 'bytes', format: bytes => bytes.toFixed(0) },
  ],
  processes: 3,
  cases: groups.flatMap(({ family, pace, name }) =>
    besideBare({ group: name, family, pace, verify: pace === paces[0] ? () => proveFamily(family) : undefined }),
  ),
  goalsOf: rows => groups.map(({ name }) => goalOf(rows, name)),
}

function goalOf(rows: readonly Row[], group: string): Goal {
  return {
    text: `${group}: time of a request to that of a bare one (${100 * LEAST_SHARE_OF_BARE} % of its throughput)`,
    limit: 1 / LEAST_SHARE_OF_BARE,
    reached: 1 / figureOf(rows, group, OWN, 'throughputToBare'),
  }
}

function microseconds(ns: number): string {
  return (ns / 1e3).toFixed(0)
}
