import { figureOf, type Goal, type Question, type Row } from '../harness/question.ts'
import { acrossSizes, rowsOf, type Size, thousands } from './across-sizes.ts'
import { type Breaking, byCalls, byTime, type Operation } from './windowed-breakers.ts'
import { proveForgetting, proveTripping } from './windowed-breakers-proofs.ts'

const callsOfWindows = [10, 100, 1_000, 10_000, 100_000]
const secondsOfWindows = [1, 10, 60, 600]
const shares = [0, 0.01, 0.1, 0.5]
const USUAL_SHARE = 0.01

const ofCalls = (calls: number): string => `a window of ${thousands(calls)} calls`
const ofTime = (seconds: number): string => `a window of ${seconds} s`
const failingOf = (window: string, share: number): string => `${window}, ${share * 100} % of calls fail`
const failingOfCalls = (share: number): string => failingOf('1 000 calls', share)
const failingOfTime = (share: number): string => failingOf('10 s', share)

export const question: Question = {
  name: 'windows',
  title: 'What does a call through a circuit breaker cost, by the size of its window and the share of failures?',
  method:
    'Calls one after the other, `await`ed, of an operation that settles in the next microtask; 1 % of them fail, ' +
    'where nothing else is said. The breakers open at 90 % and stay closed; windows of calls are full before the ' +
    'clock starts. All subjects with all windows take turns of 4 000 calls, 4 rounds to warm up and 24 to measure, ' +
    'with a garbage collection before each turn. Time is that of the fastest round less that of the operation ' +
    'alone; bytes are all that a call allocates. Flatness is the time to that of the same subject with a window of ' +
    '100 calls, a window of 1 s, or no failures. opossum keeps no percentiles here: with those, its default, each ' +
    'failure sorts the latencies of all calls in the window.',
  columns: [
    { figure: 'ratio', title: '× holdfast', format: value => value.toFixed(2) },
    { figure: 'flatness', title: 'flatness', format: value => value.toFixed(2) },
    { figure: 'ns', title: 'ns above', format: value => value.toFixed(0) },
    { figure: 'medianNs', title: 'median ns', format: value => value.toFixed(0) },
    { figure: 'bytes', title: 'bytes', format: value => value.toFixed(0) },
  ],
  processes: 1,
  cases: [
    {
      name: 'windows of calls',
      verify: () => proveTripping(byCalls, 10),
      measure: () =>
        measure(
          callsOfWindows.map(calls => sizeOf(ofCalls(calls), byCalls, calls)),
          ofCalls(100),
        ),
    },
    {
      name: 'windows of time',
      verify: async () => {
        await proveTripping(byTime, 60_000)
        await proveForgetting(byTime)
      },
      measure: () =>
        measure(
          secondsOfWindows.map(s => sizeOf(ofTime(s), byTime, s * 1_000)),
          ofTime(1),
        ),
    },
    {
      name: 'failures, windows of calls',
      measure: () =>
        measure(
          shares.map(share => sizeOf(failingOfCalls(share), byCalls, 1_000, share)),
          failingOfCalls(0),
        ),
    },
    {
      name: 'failures, windows of time',
      measure: () =>
        measure(
          shares.map(share => sizeOf(failingOfTime(share), byTime, 10_000, share)),
          failingOfTime(0),
        ),
    },
  ],
  goalsOf: rows => [
    flat(
      'windows of 100 to 100 000 calls: time of a call to that with 100',
      rows,
      callsOfWindows.slice(2).map(ofCalls),
    ),
    flat('windows of 1 s to 10 min: time of a call to that with 1 s', rows, secondsOfWindows.slice(1).map(ofTime)),
  ],
}

interface Windows extends Size {
  /** What fills the windows of the subjects. */
  readonly fill: () => Promise<void>
}

function sizeOf(
  group: string,
  makers: Readonly<Record<string, Breaking>>,
  size: number,
  share: number = USUAL_SHARE,
): Windows {
  const ignore = (): void => {}
  const subjects = Object.fromEntries(
    Object.entries(makers).map(([subject, make]) => {
      const call = make(size, failing(share))
      return [subject, () => call().then(ignore, ignore)]
    }),
  )
  const operation = failing(share)
  return {
    group,
    baseline: () => operation().then(ignore, ignore),
    subjects,
    fill: async () => {
      if (makers !== byCalls) return
      for (const call of Object.values(subjects)) for (let each = 0; each < size; each++) await call()
    },
  }
}

async function measure(windows: readonly Windows[], flatTo: string): Promise<Row[]> {
  for (const { fill } of windows) await fill()
  const measured = await acrossSizes(windows, { calls: 4_000, rounds: 24, warmUpRounds: 4 })
  return rowsOf(measured, flatTo)
}

/** Of so many calls one fails, by a handler: a promise that is rejected before anybody listens costs more. */
function failing(share: number): Operation {
  const error = new Error('down')
  const settled = Promise.resolve(1)
  const fail = (): never => {
    throw error
  }
  const succeed = (): number => 1
  const every = Math.round(1 / share)
  let calls = 0
  return () => settled.then(++calls % every === 0 ? fail : succeed)
}

function flat(text: string, rows: readonly Row[], groups: readonly string[]): Goal {
  return { text, limit: 1.2, reached: Math.max(...groups.map(group => figureOf(rows, group, 'holdfast', 'flatness'))) }
}
