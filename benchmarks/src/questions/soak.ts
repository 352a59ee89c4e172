import process from 'node:process'
import { progress } from '../harness/progress.ts'
import { type Case, figureOf, type Question } from '../harness/question.ts'
import { makeCalls, proveEndings } from './soak-callers.ts'
import { whatIsLeft } from './soak-left.ts'
import { cockatielSoaked, holdfastSoaked, type Soaked } from './soak-subjects.ts'

const CALLS = Number(process.env['HOLDFAST_BENCH_CALLS'] ?? 10_000_000)
/** Each of them is several times dearer: this is enough to compare. */
const CALLS_OF_COCKATIEL = CALLS / 50
/** A million calls each, of all. */
const PARTS = 10
const KIB = 1024
/** One reference forgotten in a hundred calls. What grows less than that is caches of the engine. */
const LEAST_LEAK_BYTES = 0.08

const cases: readonly Case[] = [
  soakOf('holdfast', holdfastSoaked, CALLS),
  soakOf('cockatiel', cockatielSoaked, CALLS_OF_COCKATIEL),
]

export const question: Question = {
  name: 'soak',
  title: 'Does a long life leave anything behind, or slow down?',
  method: `${counted(CALLS)} calls (HOLDFAST_BENCH_CALLS) by 100 callers through a pipeline of all five, under one signal that
never aborts. 1 % fail, 1 % meet the real limit of 2 ms, 1 % are aborted, at work or between two attempts; that each call
ends as it should is asserted. Heap after collections, listeners on the signal and timers, at the end less at the start,
which is after a fifth of the calls as warm-up. Drift is the time of the last tenth to that of the first: all of it, with
the waits for timers, or that of the processor.`,
  columns: [
    { figure: 'calls', title: 'calls', format: counted },
    { figure: 'heapBytes', title: 'heap left, KiB', format: bytes => (bytes / KIB).toFixed(0) },
    { figure: 'listeners', title: 'listeners left', format: counted },
    { figure: 'timers', title: 'timers left', format: counted },
    { figure: 'ns', title: 'ns per call', format: ns => ns.toFixed(0) },
    { figure: 'cpuNs', title: 'processor ns', format: ns => ns.toFixed(0) },
    { figure: 'drift', title: 'drift', format: ratio => ratio.toFixed(2) },
    { figure: 'cpuDrift', title: 'processor drift', format: ratio => ratio.toFixed(2) },
  ],
  cases,
  processes: 1,
  execArgv: ['--expose-gc'],
  goalsOf: rows => {
    const reached = (figure: string): number => figureOf(rows, 'at the end', 'holdfast', figure)
    return [
      { text: 'processor time of the last tenth, to the first', limit: 1.1, reached: reached('cpuDrift') },
      {
        text: 'bytes of heap left for each call of a full run',
        limit: LEAST_LEAK_BYTES,
        reached: reached('heapBytes') / reached('calls'),
      },
      { text: 'listeners left', limit: 0, reached: reached('listeners') },
      { text: 'timers left', limit: 0, reached: reached('timers') },
    ]
  },
}

function soakOf(subject: string, make: () => Soaked, calls: number): Case {
  const part = Math.ceil(calls / PARTS)
  const warmUp = 2 * part
  return {
    name: subject,
    verify: () => proveEndings(make()),
    measure: async () => {
      const soaked = make()
      const { signal } = new AbortController()
      await makeCalls(soaked, signal, { first: 0, count: warmUp })

      const before = await whatIsLeft(signal)
      const parts = await soak(
        soaked,
        signal,
        { first: warmUp, part },
        ended => `${subject}, ${counted(ended)} calls have ended`,
      )
      const after = await whatIsLeft(signal)

      const end = {
        calls: part * PARTS,
        heapBytes: after.heapBytes - before.heapBytes,
        listeners: after.listeners - before.listeners,
        timers: after.timers - before.timers,
        drift: lastToFirst(parts.map(({ ns }) => ns)),
        cpuDrift: lastToFirst(parts.map(({ cpuNs }) => cpuNs)),
      }
      return [
        { group: 'at the end', subject, figures: end },
        ...parts.map((figures, at) => ({ group: `${subject}, by tenths`, subject: `${at + 1}`, figures })),
      ]
    },
  }
}

/** The time of a call, for each of the parts. */
async function soak(
  soaked: Soaked,
  signal: AbortSignal,
  { first, part }: { readonly first: number; readonly part: number },
  told: (ended: number) => string,
) {
  const { tell, end } = progress('soak')
  const parts: { readonly ns: number; readonly cpuNs: number }[] = []
  let startNs = process.hrtime.bigint()
  let startCpu = process.cpuUsage()
  const ended = (count: number): void => {
    if (count % part !== 0) return
    const nowNs = process.hrtime.bigint()
    const { user, system } = process.cpuUsage(startCpu)
    parts.push({ ns: Number(nowNs - startNs) / part, cpuNs: ((user + system) * 1e3) / part })
    tell(told(count))
    startNs = nowNs
    startCpu = process.cpuUsage()
  }
  await makeCalls(soaked, signal, { first, count: part * PARTS, ended })
  end()
  return parts
}

function lastToFirst(times: readonly number[]): number {
  return (times.at(-1) ?? Number.NaN) / (times[0] ?? Number.NaN)
}

function counted(count: number): string {
  return count.toLocaleString('en')
}
