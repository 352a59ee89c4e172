import { mustBe, mustRead } from './must.ts'
import { type Ending, endingOf, mustReject, openWork } from './runs.ts'
import type { Rule } from './trial.ts'

const hasQueue: Rule['concerns'] = ({ makeQueueing }) => makeQueueing !== undefined

/** Enough to come before, between and after all steps of a hand-over. */
const MOST_TICKS = 12

/** Rule 4: accepted is accepted. */
export const queues: readonly Rule[] = [
  {
    title: 'rule 4: work that waits is started in the order in which it came',
    concerns: hasQueue,
    check: async ({ clock, make, subject }) => {
      const policy = make({}, subject.makeQueueing)
      const started: string[] = []

      const ends = ['1', '2', '3', '4', '5'].map(name => endingOf(policy.run(async () => started.push(name))))
      await Promise.all(ends)
      await clock.settle()

      mustRead('started', started, ['1', '2', '3', '4', '5'])
    },
  },
  {
    title: 'rule 4: a newcomer takes no place of work that waits, whenever it comes',
    concerns: hasQueue,
    check: async ({ clock, make, subject }) => {
      for (let ticks = 0; ticks <= MOST_TICKS; ticks++) {
        const policy = make({}, subject.makeQueueing)
        const started: string[] = []
        const first = openWork()
        const ends: Promise<Ending>[] = [endingOf(policy.run(first.operation))]
        ends.push(endingOf(policy.run(async () => started.push('waiting'))))
        await clock.settle()

        first.resolve('done')
        await afterTicks(ticks)
        ends.push(endingOf(policy.run(async () => started.push('newcomer'))))
        const endings = await Promise.all(ends)

        mustRead(`started, with a newcomer after ${ticks} microtasks`, started, ['waiting', 'newcomer'])
        mustBe('runs that were rejected', endings.filter(ending => 'error' in ending).length, 0)
      }
    },
  },
  {
    title: 'rule 4: work that is aborted while it gets its place passes it on',
    concerns: hasQueue,
    check: async ({ clock, make, subject }) => {
      const reason = new Error('the caller left')
      for (let ticks = 0; ticks <= MOST_TICKS; ticks++) {
        const policy = make({}, subject.makeQueueing)
        const controller = new AbortController()
        const [first, second, third] = [openWork(), openWork(), openWork()]
        const firstEnded = endingOf(policy.run(first.operation))
        const secondEnded = endingOf(policy.run(second.operation, { signal: controller.signal }))
        const thirdEnded = endingOf(policy.run(third.operation))
        await clock.settle()

        first.resolve('done')
        await afterTicks(ticks)
        controller.abort(reason)
        await mustReject(`work aborted after ${ticks} microtasks`, secondEnded, reason)
        await clock.settle()

        mustBe(`starts of the work behind work aborted after ${ticks} microtasks`, third.calls.length, 1)
        third.resolve('done')
        await Promise.all([firstEnded, thirdEnded])
      }
    },
  },
  {
    title: 'rule 4: work that gets a place starts after those who gave it have gone on',
    concerns: hasQueue,
    check: async ({ clock, make, subject }) => {
      const policy = make({}, subject.makeQueueing)
      const controller = new AbortController()
      const [first, second] = [openWork(), openWork()]
      const ends = [endingOf(policy.run(first.operation, { signal: controller.signal }))]
      await clock.settle()
      ends.push(endingOf(policy.run(second.operation)))
      await clock.settle()

      first.reject(new Error('down'))
      controller.abort()
      const startedAtOnce = second.calls.length
      await clock.settle()

      mustBe('starts in the middle of the abort', startedAtOnce, 0)
      mustBe('starts after it', second.calls.length, 1)
      second.resolve('done')
      await Promise.all(ends)
    },
  },
]

async function afterTicks(ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
}
