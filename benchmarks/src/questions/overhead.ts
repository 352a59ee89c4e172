import { comparison, comparisonColumns } from '../harness/comparison.ts'
import type { Call, Rounds } from '../harness/interleaved.ts'
import type { Case, Question } from '../harness/question.ts'
import { FRESH, type Job, type Maker, type Work } from '../subjects/job.ts'
import { jobs } from '../subjects/jobs.ts'
import { parkTimers } from '../subjects/parked-timer.ts'
import { proveJob } from '../subjects/proofs.ts'
import { overheadGoals } from './overhead-goals.ts'
import { variants } from './overhead-variants.ts'

const atOnce: Work = async () => FRESH
const afterTurn: Work = () =>
  new Promise(resolve => {
    setImmediate(resolve, FRESH)
  })
const synchronous: Work = () => FRESH

/** The least that anything around a call can cost. */
const then: Maker = work => () => (work() as Promise<number>).then(onValue, onError)
const onValue = (value: number): number => value
const onError = (error: unknown): never => {
  throw error
}

const hasTimeout = ({ does }: Job): boolean => does.includes('timesOut')
const isTimed = jobs.filter(hasTimeout)
const isSingle = (job: Job): boolean => job.does.length === 1 && !hasTimeout(job)

export const question: Question = {
  name: 'overhead',
  title: 'What does a protected call cost, above the same call without protection?',
  method:
    'Calls one after the other, `await`ed. Holdfast meets each of the others in three processes of their own; in each, the ' +
    'two and the bare call take turns of 4 000 calls (2 000 where a call takes a turn of the event loop), 8 rounds to warm up and 24 to measure, ' +
    'with a collection of the young garbage before each turn. Time is that of the fastest round less that of the bare call; bytes are ' +
    'all that a call allocates, the bare call included. Where there are timeouts, another timer of the same duration is ' +
    'under way, unless it says otherwise.',
  columns: comparisonColumns,
  processes: 3,
  cases: [
    ...jobs.flatMap(job =>
      compared(job, job.name, atOnce, { verify: () => proveJob(job), others: isSingle(job) ? { '.then': then } : {} }),
    ),
    ...variants(atOnce),
    ...jobs.flatMap(job => compared(job, `${job.name}, after a turn of the event loop`, afterTurn, { calls: 2_000 })),
    ...jobs.flatMap(job => compared(job, `${job.name}, a synchronous value`, synchronous)),
    ...isTimed.flatMap(job => compared(job, `${job.name}, no other timer under way`, atOnce, { isParked: false })),
  ],
  goalsOf: overheadGoals,
}

interface Conditions extends Partial<Pick<Rounds, 'calls'>> {
  readonly verify?: () => Promise<void>
  readonly others?: Readonly<Record<string, Maker>>
  readonly isParked?: boolean
}

function compared(job: Job, name: string, work: Work, conditions: Conditions = {}): readonly Case[] {
  const { verify, others, calls, isParked = true } = conditions
  const makers = Object.entries({ ...job.makers, ...others })
  return comparison({
    name,
    // What a caller awaits without protection: nothing, where there is no promise.
    baseline: (work === synchronous ? async () => work() : work) as Call,
    subjects: Object.fromEntries(makers.map(([subject, make]) => [subject, () => make(work)])),
    begin: hasTimeout(job) && isParked ? parkTimers : undefined,
    verify,
    rounds: calls === undefined ? {} : { calls },
  })
}
