import assert from 'node:assert/strict'
import process from 'node:process'
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises'
import { type AnyPolicy, timeout } from 'holdfast'
import { type Call, collectGarbage } from '../harness/interleaved.ts'
import { figureOf, type Goal, type Question, type Row } from '../harness/question.ts'
import { acrossSizes, rowsOf, type Size, thousands } from './across-sizes.ts'
import { byKey, type RunByKey, type Work } from './policies-by-key.ts'

const numbersOfKeys = [10, 100, 1_000, 10_000, 100_000]

const hits = (keys: number): string => `${thousands(keys)} keys, all of them known`
const churn = (keys: number): string => `room for ${thousands(keys)} keys, each call has a new one`

/** The memory of fewer keys cannot be told from that of everything else. */
const FEWEST_TO_WEIGH = 1_000

const work: Work = async () => 1

/** Passes calls on, and does nothing else. */
const newPolicy = (): AnyPolicy => timeout({ timeoutMs: Infinity })

export const question: Question = {
  name: 'keyed',
  title: 'What does it cost to have a policy for each key, by the number of keys?',
  method:
    'Calls one after the other, `await`ed, each with its key in the context; in one part of the measurement their ' +
    'keys are all known, in random order, in the other there are a tenth more keys than there is room for, and each ' +
    'call has the one that was used longest ago. The policies do nothing, and are made before: only what the keys ' +
    'cost is measured. By hand is a `Map` in which a key that is used goes to the end. All subjects with all ' +
    'numbers of keys take turns of 4 000 calls, 3 rounds to warm up and 15 to measure, with a garbage collection ' +
    'before each turn. Time is that of the fastest round, less that of one policy for all; bytes are all that a ' +
    'call allocates, bytes of a key what is kept for it besides its policy. Flatness is the time to that of the ' +
    'same subject with 100 keys.',
  columns: [
    { figure: 'ratio', title: '× holdfast', format: value => value.toFixed(2) },
    { figure: 'flatness', title: '× with 100', format: value => value.toFixed(2) },
    { figure: 'ns', title: 'ns above', format: value => value.toFixed(0) },
    { figure: 'medianNs', title: 'median ns', format: value => value.toFixed(0) },
    { figure: 'bytes', title: 'bytes', format: value => value.toFixed(0) },
    { figure: 'keyBytes', title: 'of a key', format: value => value.toFixed(0) },
  ],
  processes: 1,
  // A thread that still frees memory of the last turn would be in the way of the next one.
  execArgv: ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64', '--single-threaded-gc'],
  cases: [
    { name: 'known keys', verify, measure: () => measure(hits, 1) },
    { name: 'new keys', measure: () => measure(churn, 1.1) },
  ],
  goalsOf: rows => [flat(hits, rows), flat(churn, rows)],
}

/** Fails unless each key has a policy of its own, and the one that was used least recently makes room. */
async function verify(): Promise<void> {
  for (const [subject, begin] of Object.entries(byKey)) {
    const made: string[] = []
    const run = begin({
      maxKeys: 2,
      make: tenant => {
        made.push(tenant)
        return newPolicy()
      },
    })
    for (const tenant of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(await run(tenant, work), 1)
    assert.deepEqual(made, ['a', 'b', 'c', 'b'], `${subject} does not keep the keys that were used last`)
  }
}

/** With so many times as many keys as there is room for. */
async function measure(groupOf: (keys: number) => string, times: number): Promise<Row[]> {
  const most = Math.round(times * Math.max(...numbersOfKeys))
  const tenants = shuffled(Array.from({ length: most }, (_, each) => `tenant-${each}`))
  const policies = tenants.map(newPolicy)
  // Until then, the platform holds whatever has been made.
  await turnOfTheEventLoop()

  const weights = new Map<string, number>()
  const sizes: Size[] = []
  for (const maxKeys of numbersOfKeys) {
    const group = groupOf(maxKeys)
    const some = tenants.slice(0, Math.round(times * maxKeys))
    const subjects: Record<string, Call> = {}
    for (const [subject, begin] of Object.entries(byKey)) {
      // They are made in the order in which the calls go through the keys.
      const make = inTurn(policies.slice(0, some.length))
      const { call, keyBytes } = await filled(() => calling(begin({ make, maxKeys }), some), maxKeys)
      subjects[subject] = call
      weights.set(`${group}: ${subject}`, keyBytes)
    }
    sizes.push({ group, baseline: calling(underOne(newPolicy()), some), subjects })
  }
  const measured = await acrossSizes(sizes, { calls: 4_000, rounds: 15, warmUpRounds: 3 })
  return rowsOf(measured, groupOf(100)).map(row => {
    const keyBytes = weights.get(`${row.group}: ${row.subject}`) ?? Number.NaN
    return { ...row, figures: { ...row.figures, keyBytes } }
  })
}

/** Makes calls until there is a policy for as many keys as there is room for. */
async function filled(begin: () => Call, maxKeys: number): Promise<{ readonly call: Call; readonly keyBytes: number }> {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const call = begin()
  for (let each = 0; each < maxKeys; each++) await call()
  collectGarbage()
  const keyBytes = (process.memoryUsage().heapUsed - before) / maxKeys
  return { call, keyBytes: maxKeys < FEWEST_TO_WEIGH ? Number.NaN : keyBytes }
}

const underOne =
  (policy: AnyPolicy): RunByKey =>
  (tenant, operation) =>
    policy.run(operation, { context: { tenant } })

function calling(run: RunByKey, tenants: readonly string[]): Call {
  const next = inTurn(tenants)
  return () => run(next(), work)
}

/** One after the other, from the first again after the last. */
function inTurn<T>(items: readonly T[]): () => T {
  let next = 0
  return () => {
    const item = items[next] as T
    next = next + 1 === items.length ? 0 : next + 1
    return item
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({ item, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

function flat(groupOf: (keys: number) => string, rows: readonly Row[]): Goal {
  const groups = numbersOfKeys.filter(keys => keys > 100).map(groupOf)
  const reached = Math.max(...groups.map(group => figureOf(rows, group, 'holdfast', 'flatness')))
  return { text: `${groupOf(100_000)}: time of a call to that with 100`, limit: 1.2, reached }
}
