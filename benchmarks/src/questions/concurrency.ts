import { figureOf, type Goal, type Question, type Row } from '../harness/question.ts'
import { rowsOf } from './across-sizes.ts'
import { type Crowd, crowded, groupOf } from './in-flight.ts'
import { type Begin, bulkheads, timeouts } from './waiting-calls.ts'
import { proveBulkhead, proveTimeout } from './waiting-calls-proofs.ts'

/** Longer than anything here lasts. */
const TIMEOUT_MS = 300_000

const { 'p-limit': _, ...bulkheadsWithSignals } = bulkheads

interface Conditions extends Crowd {
  readonly verify: () => Promise<void>
}

const crowds: readonly Conditions[] = [
  ofTimeouts('timeout, # in flight', false),
  ofTimeouts('timeout, # in flight, half of the callers leave', true),
  ofBulkheads('bulkhead, # waiting', bulkheads, false),
  ofBulkheads('bulkhead, # waiting, half of the callers leave', bulkheadsWithSignals, true),
]

export const question: Question = {
  name: 'concurrency',
  title: 'What does a call cost while very many others are in flight, or wait?',
  method:
    'So many calls are begun at once. All are in flight until the last has begun; then all operations end. In a ' +
    'bulkhead of one slot, one more call holds the slot, and the operations of the others end at once when their ' +
    'turn comes. Where half of the callers leave, each has a signal of its own, and every second one aborts before ' +
    'the operations end; p-limit takes none, and the bulkhead of cockatiel looks at it only when the turn of the ' +
    'call comes. All subjects with all numbers of calls take turns of 10 000 calls or more, one round to warm up ' +
    'and 8 to measure, of which the peers, dear as they are, have part in 2, with a garbage collection before each ' +
    'turn. The young generation has room for a turn, save for cockatiel and p-timeout with 100 000 calls, so that ' +
    'collections are no part of the time; what they would have to copy is in the bytes. Time is that of the fastest ' +
    'round, less that of the bare operations and signals. Bytes are those of one call that waits, less those of a ' +
    'bare promise and, where there is one, its signal. Flatness is the time of a call to that with 100. Timeouts ' +
    'have another timer of the same duration under way.',
  columns: [
    { figure: 'ratio', title: '× holdfast', format: value => value.toFixed(2) },
    { figure: 'bytesRatio', title: '× its bytes', format: value => value.toFixed(2) },
    { figure: 'flatness', title: '× with 100', format: value => value.toFixed(2) },
    { figure: 'ns', title: 'ns above', format: value => value.toFixed(0) },
    { figure: 'medianNs', title: 'median ns', format: value => value.toFixed(0) },
    { figure: 'bytes', title: 'bytes', format: value => value.toFixed(0) },
  ],
  processes: 1,
  execArgv: ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'],
  cases: crowds.map(crowd => ({ name: groupOf(crowd, 100_000), verify: crowd.verify, measure: () => measure(crowd) })),
  goalsOf: rows => crowds.flatMap(crowd => goalsFor(crowd, rows)),
}

function ofTimeouts(name: string, hasSignals: boolean): Conditions {
  const all = Object.entries(timeouts)
  const subjects = Object.fromEntries(all.map(([subject, make]) => [subject, make(TIMEOUT_MS)]))
  const verify = async () => {
    await Promise.all(all.map(([subject, make]) => proveTimeout(subject, make)))
  }
  return { name, subjects, hasSignals, hasHolder: false, verify }
}

function ofBulkheads(name: string, makers: Readonly<Record<string, () => Begin>>, hasSignals: boolean): Conditions {
  const all = Object.entries(makers)
  const subjects = Object.fromEntries(all.map(([subject, make]) => [subject, make()]))
  const verify = async () => {
    await Promise.all(all.map(([subject, make]) => proveBulkhead(subject, make(), hasSignals)))
  }
  return { name, subjects, hasSignals, hasHolder: true, verify }
}

/** With another timer of the same duration under way, as in a busy service. */
async function measure(crowd: Crowd): Promise<readonly Row[]> {
  const parked = setTimeout(() => {}, TIMEOUT_MS)
  const measured = await crowded(crowd)
  clearTimeout(parked)
  return rowsOf(measured, groupOf(crowd, 100))
}

function goalsFor(crowd: Crowd, rows: readonly Row[]): Goal[] {
  const of = (size: number, figure: string): number => figureOf(rows, groupOf(crowd, size), 'holdfast', figure)
  const flat: Goal = {
    text: `${groupOf(crowd, 100_000)}: time of a call to that with 100`,
    limit: 1.2,
    reached: Math.max(of(10_000, 'flatness'), of(100_000, 'flatness')),
  }
  if (crowd.hasSignals) return [flat]
  const text = `${groupOf(crowd, 100_000)}: bytes of a call that waits above a bare promise`
  return [flat, { text, limit: 300, reached: of(100_000, 'bytes') }]
}
