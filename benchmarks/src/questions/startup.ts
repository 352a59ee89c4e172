import assert from 'node:assert/strict'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { comparison } from '../harness/comparison.ts'
import { collectGarbage } from '../harness/interleaved.ts'
import type { Case, Question, Row } from '../harness/question.ts'
import { five as fiveOfCockatiel } from '../subjects/cockatiel.ts'
import { five as fiveOfHoldfast } from '../subjects/holdfast.ts'
import { FRESH } from '../subjects/job.ts'
import { buildPackages } from './built-packages.ts'
import { importTime, importTimes } from './import-time.ts'

const PROCESSES = 15
const KEPT = 2_000
const SETTLE_MS = 100
const MILLION = 1e6

const EMPTY = 'an empty module'
const retryAlone = new URL('../../../packages/retry/dist/index.js', import.meta.url).href
const imported: ReadonlyMap<string, string> = new Map([
  [EMPTY, 'data:text/javascript,'],
  ['holdfast', 'holdfast'],
  ['holdfast, retry alone', retryAlone],
  ['cockatiel', 'cockatiel'],
  ['opossum', 'opossum'],
  ['p-retry', 'p-retry'],
  ['p-timeout', 'p-timeout'],
  ['p-limit', 'p-limit'],
])

const makers: Readonly<Record<string, () => unknown>> = { holdfast: fiveOfHoldfast, cockatiel: fiveOfCockatiel }

const IMPORT = 'import'
const CONSTRUCTION = 'making all five in a pipeline'

const construction = comparison({
  name: CONSTRUCTION,
  baseline: async () => undefined,
  subjects: Object.fromEntries(Object.entries(makers).map(([subject, make]) => [subject, () => async () => make()])),
  verify: async () => {
    assert.equal(await fiveOfHoldfast().run(() => FRESH), FRESH)
    assert.equal(await fiveOfCockatiel().execute(() => FRESH), FRESH)
  },
  // Few: policies leave the register of those that live only at a turn of the event loop, which there is none of.
  rounds: { calls: 200, rounds: 20 },
})

const cases: readonly Case[] = [
  {
    name: IMPORT,
    verify: async () => {
      buildPackages()
      for (const specifier of imported.values()) importTime(specifier)
    },
    measure: async () => importRows(),
  },
  ...construction.map(pair => ({ ...pair, measure: async () => withKeptBytes(await pair.measure()) })),
]

export const question: Question = {
  name: 'startup',
  title: 'What does it cost before the first call?',
  method: `Import of the packages as they are published, in a fresh process each, in turns, the median of ${PROCESSES}, above that
of an empty module. Making a pipeline of all five: as the other questions measure calls; besides, what one of ${KEPT} that are
kept holds after a collection. Ratios are of time, to Holdfast's.`,
  columns: [
    { figure: 'ns', title: 'time, µs', format: ns => (ns / 1e3).toFixed(1) },
    { figure: 'medianNs', title: 'median, µs', format: ns => (ns / 1e3).toFixed(1) },
    { figure: 'bytes', title: 'allocated, B', format: bytes => bytes.toFixed(0) },
    { figure: 'keptBytes', title: 'kept, B', format: bytes => bytes.toFixed(0) },
    { figure: 'ratio', title: 'ratio', format: ratio => ratio.toFixed(2) },
  ],
  cases,
  processes: 1,
  goalsOf: () => [],
}

function importRows(): Row[] {
  const times = importTimes(imported, PROCESSES)
  const baseMs = times.get(EMPTY) ?? Number.NaN
  const ownMs = (times.get('holdfast') ?? Number.NaN) - baseMs
  times.delete(EMPTY)
  return [...times].map(([subject, timeMs]) => ({
    group: IMPORT,
    subject,
    figures: { ns: (timeMs - baseMs) * MILLION, ratio: (timeMs - baseMs) / ownMs },
  }))
}

async function withKeptBytes(rows: readonly Row[]): Promise<Row[]> {
  const kept: Row[] = []
  for (const { group, subject, figures } of rows) {
    const make = makers[subject]
    const more = make === undefined ? {} : { keptBytes: await keptBytes(make) }
    kept.push({ group, subject, figures: { ...figures, ...more } })
  }
  return kept
}

/** Bytes of the heap that each of those holds which `make` made. */
async function keptBytes(make: () => unknown): Promise<number> {
  const kept: unknown[] = Array.from({ length: KEPT })
  await settled()
  const beforeBytes = process.memoryUsage().heapUsed
  for (let each = 0; each < KEPT; each++) kept[each] = make()
  await settled()
  return (process.memoryUsage().heapUsed - beforeBytes) / kept.length
}

/** Ends when all is collected, and what is told of that has been heard. */
async function settled(): Promise<void> {
  for (let time = 0; time < 2; time++) {
    await wait(SETTLE_MS)
    collectGarbage()
  }
}
