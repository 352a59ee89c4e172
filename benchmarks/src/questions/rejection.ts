import assert from 'node:assert/strict'
import * as cockatiel from 'cockatiel'
import { bulkhead, circuitBreaker, constant, retry } from 'holdfast'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'
import { comparison, comparisonColumns } from '../harness/comparison.ts'
import type { Call } from '../harness/interleaved.ts'
import { type Case, figureOf, type Question } from '../harness/question.ts'
import { FRESH, MAX_CONCURRENT, type Work } from '../subjects/job.ts'

const OPEN = 'open circuit'
const down = new Error('down')
const works: Work = async () => FRESH
const fails: Work = async () => {
  throw down
}
const hangs = (): Promise<never> => new Promise(() => {})

/** What each of them has for saying no. */
export const question: Question = {
  name: 'rejection',
  title: 'What does a call cost that is rejected?',
  method:
    'As in `overhead`, with turns of 1 000 calls; each rejection is caught. The bare call rejects with an error that exists ' +
    'already; by hand, each rejection makes an error, as the libraries do. Retries have two attempts and no wait between them.',
  columns: comparisonColumns,
  processes: 3,
  cases: [...openCircuit(), ...fullBulkhead(), ...exhaustedRetry()],
  goalsOf: rows => [
    {
      text: `${OPEN}: to that of cockatiel`,
      limit: 1 / 4,
      reached: 1 / figureOf(rows, OPEN, 'cockatiel', 'ratio'),
    },
  ],
}

function openCircuit(): readonly Case[] {
  const ours = circuitBreaker()
  ours.isolate()
  const theirs = cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 5_000,
    breaker: new cockatiel.ConsecutiveBreaker(5),
  })
  theirs.isolate()
  const opossum = new CircuitBreaker(works as () => Promise<number>, { timeout: false })
  opossum.open()
  return rejected(OPEN, {
    'by hand': async () => {
      throw new Error('open')
    },
    holdfast: () => ours.run(works),
    cockatiel: () => theirs.execute(works),
    opossum: () => opossum.fire(),
  })
}

function fullBulkhead(): readonly Case[] {
  const ours = bulkhead({ maxConcurrent: MAX_CONCURRENT })
  const theirs = cockatiel.bulkhead(MAX_CONCURRENT)
  const opossum = new CircuitBreaker(hangs, { timeout: false, capacity: MAX_CONCURRENT, errorThresholdPercentage: 100 })
  let active = 0
  for (; active < MAX_CONCURRENT; active++) {
    void ours.run(hangs)
    void theirs.execute(hangs)
    void opossum.fire()
  }
  return rejected('full bulkhead', {
    'by hand': async () => {
      if (active === MAX_CONCURRENT) throw new Error('full')
      return works()
    },
    holdfast: () => ours.run(works),
    cockatiel: () => theirs.execute(works),
    opossum: () => opossum.fire(),
  })
}

function exhaustedRetry(): readonly Case[] {
  const ours = retry({ maxAttempts: 2, backoff: constant({ delayMs: 0 }) })
  const theirs = cockatiel.retry(cockatiel.handleAll, { maxAttempts: 1, backoff: new cockatiel.ConstantBackoff(0) })
  return rejected('exhausted retry', {
    'by hand': async () => {
      try {
        return await fails()
      } catch {
        return fails()
      }
    },
    holdfast: () => ours.run(fails),
    cockatiel: () => theirs.execute(fails),
    'p-retry': () => pRetry(fails, { retries: 1, minTimeout: 0 }),
  })
}

function rejected(name: string, calls: Readonly<Record<string, Call>>): readonly Case[] {
  const subjects = Object.entries(calls)
  return comparison({
    name,
    baseline: caught(fails as Call),
    subjects: Object.fromEntries(subjects.map(([subject, call]) => [subject, () => caught(call)])),
    rounds: { calls: 1_000 },
    verify: async () => {
      for (const [subject, call] of subjects) await assert.rejects(call, `${name}: ${subject} lets a call through`)
    },
  })
}

/** Most callers of a call that is rejected catch what it rejects with. */
function caught(call: Call): Call {
  return async () => {
    try {
      return await call()
    } catch {
      return undefined
    }
  }
}
