import { comparisonColumns } from '../harness/comparison.ts'
import { type Call, interleaved, type Measurement } from '../harness/interleaved.ts'
import { type Case, figureOf, type Question, type Row } from '../harness/question.ts'
import { holdfast } from '../subjects/holdfast.ts'
import { FRESH, type Work } from '../subjects/job.ts'
import { parkTimers } from '../subjects/parked-timer.ts'
import { beginSdk, beginTelemetry, type Telemetry, type Watch } from '../subjects/telemetry.ts'
import { measuredByHand } from '../subjects/telemetry-by-hand.ts'
import { proveByHand, proveWatch } from '../subjects/telemetry-proofs.ts'

const work: Work = async () => FRESH

const jobs: Readonly<Record<string, () => Call>> = {
  'all five': () => holdfast.five(work),
  retry: () => holdfast.retry(work),
}

const watches: Readonly<Record<string, Watch>> = {
  'an empty observer': { isObserved: true },
  metrics: { hasMetrics: true },
  'traces, 1 % sampled': { sampledRatio: 0.01 },
  traces: { sampledRatio: 1 },
  'metrics and traces': { hasMetrics: true, sampledRatio: 1 },
  'metrics, traces and spans of attempts': { hasMetrics: true, sampledRatio: 1, attemptSpans: true },
}

const OWN = 'holdfast'
const QUIET = 'nothing subscribed'
const BY_HAND = 'by hand'
/** Of a turn; few enough for the young garbage of all of them to have room. */
const CALLS = 2_000

const cases: readonly Case[] = Object.entries(jobs).flatMap(([job, make]) => [
  { name: `${job}, ${QUIET}`, measure: () => measure({ group: job, subject: QUIET }, make()) },
  ...Object.entries(watches).flatMap(([name, watch]) => watchedCases(`${job}, ${name}`, make, watch)),
])

export const question: Question = {
  name: 'telemetry',
  title: 'What does it cost to see a protected call?',
  method: `Calls one after the other, \`await\`ed: with nothing subscribed, with an observer that does nothing, and told of by
\`@holdfast/opentelemetry\` to the SDK of OpenTelemetry, whose metrics are collected every 2 000 calls, and whose spans are
dropped as they end. By hand, a call that nothing else watches has one histogram of its duration, one span, or both: that
is less than what Holdfast tells, which is of attempts, waits, reasons and states, too. Each in three processes of its own,
where it and the bare call take turns of 2 000 calls, 8 rounds to warm up and 24 to measure, with another timer of the same
duration under way. Time is that of the fastest round less that of the bare call; ratios are those of the medians of the
processes. No goals were set for it.`,
  columns: [
    { figure: 'toQuiet', title: '× unseen', format: value => value.toFixed(1) },
    { figure: 'ratio', title: '× holdfast', format: value => value.toPrecision(2) },
    ...comparisonColumns.filter(({ figure }) => figure !== 'ratio'),
  ],
  processes: 3,
  cases: withProofs(cases),
  comparedRows,
  goalsOf: () => [],
}

function watchedCases(group: string, make: () => Call, watch: Watch): readonly Case[] {
  const own: Case = {
    name: group,
    measure: () => {
      const telemetry = beginTelemetry(watch)
      return measure({ group, subject: OWN }, collecting(make(), telemetry, watch))
    },
  }
  if (!isDoneByHand(watch)) return [own]
  const byHand: Case = {
    name: `${group}, ${BY_HAND}`,
    measure: () => {
      const sdk = beginSdk(watch.sampledRatio)
      return measure({ group, subject: BY_HAND }, collecting(measuredByHand(make(), sdk, watch), sdk, watch))
    },
  }
  return [own, byHand]
}

function isDoneByHand({ isObserved = false, attemptSpans = false }: Watch): boolean {
  return !isObserved && !attemptSpans
}

/** Collects once in a turn. */
function collecting(call: Call, { collect }: Telemetry, { hasMetrics = false }: Watch): Call {
  if (!hasMetrics) return call
  let calls = 0
  return () => (++calls % CALLS === 0 ? collect().then(call) : call())
}

async function measure(of: Pick<Row, 'group' | 'subject'>, call: Call): Promise<readonly Row[]> {
  const end = parkTimers()
  const calls = new Map([
    ['bare', work as Call],
    ['call', call],
  ])
  const measured = await interleaved(calls, { calls: CALLS, rounds: 24, warmUpRounds: 8 })
  end()
  const bare = measured.get('bare') as Measurement
  const { ns, medianNs, bytes } = measured.get('call') as Measurement
  return [{ ...of, figures: { ns: ns - bare.ns, medianNs: medianNs - bare.medianNs, bytes } }]
}

/** One after the other: each of them watches all of the process. */
function withProofs([first, ...others]: readonly Case[]): readonly Case[] {
  const verify = async () => {
    for (const [name, watch] of Object.entries(watches)) {
      await proveWatch(name, watch, beginTelemetry)
      if (isDoneByHand(watch)) await proveByHand(name, watch)
    }
  }
  return first === undefined ? [] : [{ ...first, verify }, ...others]
}

/** Beside each call that is watched stands the same one with nothing subscribed. */
function comparedRows(rows: readonly Row[]): readonly Row[] {
  return Object.keys(jobs).flatMap(job => {
    const quiet = rows.filter(({ group }) => group === job)
    return Object.keys(watches).flatMap(watch => {
      const group = `${job}, ${watch}`
      const within = [...quiet.map(row => ({ ...row, group })), ...rows.filter(row => row.group === group)]
      const ratioOf = (row: Row, figure: string, to: string): number =>
        (row.figures[figure] ?? Number.NaN) / figureOf(within, group, to, figure)
      return within.map(row => ({
        ...row,
        figures: {
          ...row.figures,
          toQuiet: ratioOf(row, 'ns', QUIET),
          ratio: ratioOf(row, 'ns', OWN),
          bytesRatio: ratioOf(row, 'bytes', OWN),
        },
      }))
    })
  })
}
