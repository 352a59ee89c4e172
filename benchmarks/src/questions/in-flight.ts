import process from 'node:process'
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises'
import { collectGarbage } from '../harness/interleaved.ts'
import { median, minimum } from '../harness/statistics.ts'
import { type Measured, thousands } from './across-sizes.ts'
import type { Begin, Work } from './waiting-calls.ts'

/** What so many calls are to go through at once. */
export interface Crowd {
  readonly name: string
  readonly subjects: Readonly<Record<string, Begin>>
  /** Each caller has a signal of its own, and every second one aborts while its call waits. */
  readonly hasSignals: boolean
  /** Whether one more call goes first and holds what the others wait for. */
  readonly hasHolder: boolean
}

const sizes = [1, 100, 10_000, 100_000]
const CALLS_PER_TURN = 10_000
/** The first one is to warm up. */
const ROUNDS = 9
/** The peers, which cost many times as much, take part in every fourth round. */
const ROUNDS_BETWEEN = 4
/** The memory of fewer calls cannot be told from that of everything else. */
const FEWEST_TO_WEIGH = 100

const BASELINE = 'baseline'
const isPeer = (subject: string): boolean => ![BASELINE, 'holdfast', 'by hand'].includes(subject)
const reason = new Error('the caller has left')

interface Samples {
  readonly group: string
  readonly subject: string
  readonly size: number
  readonly begin: Begin
  readonly times: number[]
  readonly bytes: number[]
}

/** Measures all subjects with all numbers of calls in turns. Bytes are those of a call that waits. */
export async function crowded(crowd: Crowd): Promise<Measured[]> {
  const subjects = { [BASELINE]: bare, ...crowd.subjects }
  const all: readonly Samples[] = sizes.flatMap(size =>
    Object.entries(subjects).map(([subject, begin]) => {
      return { group: groupOf(crowd, size), subject, size, begin, times: [], bytes: [] }
    }),
  )
  for (let round = 0; round < ROUNDS; round++) {
    const part = all.filter(({ subject }) => round % ROUNDS_BETWEEN === 0 || !isPeer(subject))
    // Another one begins each round: who comes after a dear one finds the machine in another state.
    const first = round % part.length
    for (const { begin, size, times } of [...part.slice(first), ...part.slice(0, first)]) {
      const ns = await nsOf(begin, size, crowd)
      if (round > 0) times.push(ns)
    }
  }
  for (const { begin, size, bytes } of all) {
    if (size < FEWEST_TO_WEIGH) continue
    const weighings = size < 100_000 ? 3 : 1
    for (let weighing = 0; weighing < weighings; weighing++) bytes.push(await bytesOf(begin, size, crowd))
  }
  return measuredOf(all)
}

export function groupOf({ name }: Pick<Crowd, 'name'>, size: number): string {
  return name.replace('#', thousands(size))
}

const bare: Begin = work => work()

/** One turn: nanoseconds per call. */
async function nsOf(begin: Begin, size: number, crowd: Crowd): Promise<number> {
  collectGarbage()
  // What a collection has dropped is made again before the clock starts.
  for (let again = 0; again < 500; again++) await meet(begin, 1, crowd, again)
  const batches = Math.ceil(CALLS_PER_TURN / size)
  const startedNs = process.hrtime.bigint()
  for (let batch = 0; batch < batches; batch++) await meet(begin, size, crowd, batch)
  return Number(process.hrtime.bigint() - startedNs) / (batches * (size + Number(crowd.hasHolder)))
}

/** What is there for each of so many calls while they wait. */
async function bytesOf(begin: Begin, size: number, crowd: Crowd): Promise<number> {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  let heapBytes = before
  await meet(begin, size, crowd, 0, () => {
    collectGarbage()
    heapBytes = process.memoryUsage().heapUsed
  })
  return (heapBytes - before) / size
}

/** Lets so many calls wait at once, until all of them have been answered. `batch` says which of them leave. */
async function meet(
  begin: Begin,
  size: number,
  { hasSignals, hasHolder }: Crowd,
  batch: number,
  whileTheyWait?: () => void,
): Promise<void> {
  let unanswered = size + Number(hasHolder)
  let onAnswer!: () => void
  const allAnswered = new Promise<void>(resolve => {
    onAnswer = () => {
      if (--unanswered === 0) resolve()
    }
  })
  const finish: ((value: number) => void)[] = []
  let isFinished = false
  const work: Work = () =>
    new Promise(resolve => {
      if (isFinished) resolve(1)
      else finish.push(resolve)
    })

  const callers = Array.from({ length: hasSignals ? size : 0 }, () => new AbortController())
  if (hasHolder) begin(work).then(onAnswer, onAnswer)
  for (let each = 0; each < size; each++) begin(work, callers[each]?.signal).then(onAnswer, onAnswer)
  if (whileTheyWait !== undefined) {
    // Some begin work a little later.
    await turnOfTheEventLoop()
    whileTheyWait()
  }
  for (let each = batch % 2; each < callers.length; each += 2) callers[each]?.abort(reason)
  isFinished = true
  for (const end of finish) end(1)
  await allAnswered
}

function measuredOf(all: readonly Samples[]): Measured[] {
  return all.flatMap(({ group, subject, times, bytes }) => {
    if (subject === BASELINE) return []
    const base = all.find(other => other.group === group && other.subject === BASELINE) as Samples
    const ns = minimum(times) - minimum(base.times)
    const medianNs = median(times) - median(base.times)
    return { group, subject, ns, medianNs, bytes: median(bytes) - median(base.bytes) }
  })
}
