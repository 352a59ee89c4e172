import { pipeline } from '@holdfast/core'
import { mustBe, mustRead } from './must.ts'
import {
  behaviourOf,
  endingNow,
  endingOf,
  membersIn,
  mustReject,
  type OpenWork,
  openWork,
  rejectionIn,
} from './runs.ts'
import { cutting, type Rule, type Trial } from './trial.ts'

const RULE = 'rule 1: an abort from outside'
const reason = new Error('the caller left')

/** Rule 1: an abort from outside is not a failure. */
export const aborts: readonly Rule[] = [
  {
    title: `${RULE} before the run never calls the operation`,
    check: async ({ clock, make }) => {
      const work = openWork()
      const policy = make()
      const events: string[] = []
      policy.subscribe((event: { type: string }) => events.push(event.type))

      const ended = endingOf(policy.run(work.operation, { signal: AbortSignal.abort(reason) }))
      const ending = await endingNow(clock, ended)

      mustBe('what the run rejected with', rejectionIn(ending), reason)
      mustBe('calls of the operation', work.calls.length, 0)
      mustRead('events', events, [])
    },
  },
  ...[false, true].map(
    (isDeaf): Rule => ({
      title: `${RULE} rejects at once with its reason, though the operation ${isDeaf ? 'does not listen' : 'listens'}`,
      check: async ({ clock, make }) => {
        const controller = new AbortController()
        const work = openWork({ isDeaf })
        const ended = endingOf(make().run(work.operation, { signal: controller.signal }))
        await clock.settle()

        const signal = work.calls[0]?.signal
        controller.abort(reason)
        const ending = await endingNow(clock, ended)

        mustBe('what the run rejected with', rejectionIn(ending), reason)
        mustBe('the reason of the signal of the operation', signal?.reason, reason)
      },
    }),
  ),
  {
    title: `${RULE} is neither retried nor counted nor answered`,
    check: trial =>
      mustLeaveNoTrace(trial, async policy => {
        const controller = new AbortController()
        const work = openWork()
        const ended = endingOf(policy.run(work.operation, { signal: controller.signal }))
        await trial.clock.settle()
        controller.abort(reason)
        await mustReject('the run', ended, reason)
        return work
      }),
  },
  {
    title: `${RULE} by the limit of the run is neither retried nor counted nor answered`,
    check: trial =>
      mustLeaveNoTrace(trial, async policy => {
        const work = openWork()
        const ended = endingOf(policy.run(work.operation, { timeoutMs: 5 }))
        await trial.clock.advance(5)
        const error = membersIn(await ended)
        mustBe('the code of the error', error['code'], 'ERR_HOLDFAST_TIMEOUT')
        mustBe('the policy that it names', error['policy'], policy.name)
        return work
      }),
  },
  {
    title: `${RULE} by a policy further out is neither retried nor counted nor answered`,
    check: trial =>
      mustLeaveNoTrace(trial, async policy => {
        const work = openWork()
        const ended = endingOf(pipeline(cutting(trial.clock, 5, 'loser'), policy).run(work.operation))
        await trial.clock.advance(5)
        mustBe('the policy whose error came', membersIn(await ended)['policy'], 'cutting')
        return work
      }),
  },
  {
    title: `${RULE} of a run around this one is not counted`,
    check: trial =>
      mustLeaveNoTrace(trial, async policy => {
        const controller = new AbortController()
        const work = openWork()
        const outer = trial.make()
        const ended = endingOf(outer.run(call => policy.run(work.operation, call), { signal: controller.signal }))
        await trial.clock.settle()
        controller.abort(reason)
        await mustReject('the outer run', ended, reason)
        return work
      }),
  },
  {
    title: `${RULE} between two attempts ends the wait at once`,
    concerns: ({ waitMs }) => waitMs !== undefined,
    check: async ({ clock, make }) => {
      const controller = new AbortController()
      let calls = 0
      const fail = (): Promise<never> => {
        calls++
        return Promise.reject(new Error('down'))
      }
      const ended = endingOf(make().run(fail, { signal: controller.signal }))
      await clock.settle()

      controller.abort(reason)
      const ending = await endingNow(clock, ended)
      await clock.runAll()

      mustBe('what the run rejected with', rejectionIn(ending), reason)
      mustBe('calls of the operation', calls, 1)
    },
  },
  {
    title: `${RULE} ends a wait in the queue at once`,
    concerns: ({ makeQueueing }) => makeQueueing !== undefined,
    check: async ({ clock, make, subject }) => {
      const policy = make({}, subject.makeQueueing)
      const controller = new AbortController()
      const [first, second] = [openWork(), openWork()]
      const firstEnded = endingOf(policy.run(first.operation))
      const ended = endingOf(policy.run(second.operation, { signal: controller.signal }))
      await clock.settle()

      controller.abort(reason)
      const ending = await endingNow(clock, ended)
      first.resolve('done')
      await firstEnded
      await clock.settle()

      mustBe('what the run rejected with', rejectionIn(ending), reason)
      mustBe('calls of its operation', second.calls.length, 0)
    },
  },
]

/** After three such runs, the policy must behave as if there had been none. */
async function mustLeaveNoTrace(
  trial: Trial,
  abortedRun: (policy: ReturnType<Trial['make']>) => Promise<OpenWork>,
): Promise<void> {
  const { clock, make } = trial
  const [policy, fresh] = [make(), make()]
  for (let run = 1; run <= 3; run++) {
    const { calls } = await abortedRun(policy)
    await clock.runAll()
    mustBe(`calls of the operation in aborted run ${run}`, calls.length, 1)
  }
  mustRead('what it does after that', await behaviourOf(policy, clock), await behaviourOf(fresh, clock))
}
