import { mustBe } from './must.ts'
import { endingOf, failingOnce, mustHaveAllPlaces, openWork } from './runs.ts'
import type { Rule, Trial } from './trial.ts'

const RULE = 'rule 2: the place of a call'
const down = new Error('down')
const full = Object.assign(new Error('full'), { code: 'ERR_HOLDFAST_BULKHEAD_FULL' })

type Policy = ReturnType<Trial['make']>

/** Runs that each take the only place there may be, and how they end. */
const endings: Readonly<Record<string, (policy: Policy, trial: Trial) => Promise<unknown>>> = {
  'a value': policy => policy.run(() => Promise.resolve('up')),
  'a plain value': policy => policy.run(() => 'up'),
  'a rejection': policy => policy.run(failingOnce(() => Promise.reject(down), 'up')),
  'a synchronous throw': policy =>
    policy.run(
      failingOnce(() => {
        throw down
      }, 'up'),
    ),
  'the rejection of a policy inside': policy => policy.run(failingOnce(() => Promise.reject(full), 'up')),
  'an abort': policy => {
    const controller = new AbortController()
    const run = policy.run(openWork().operation, { signal: controller.signal })
    controller.abort(down)
    return run
  },
  'an abort before the operation is called': policy => policy.run(() => 'up', { signal: AbortSignal.abort(down) }),
  'an abort by the operation itself': policy => {
    const controller = new AbortController()
    return policy.run(() => controller.abort(down), { signal: controller.signal })
  },
  'the limit of its run': policy => policy.run(openWork().operation, { timeoutMs: 5 }),
}

/** Rule 2: every admission is a one-shot permit. */
export const permits: readonly Rule[] = [
  ...Object.entries(endings).map(
    ([ending, end]): Rule => ({
      title: `${RULE} comes back, once, after ${ending}`,
      check: async trial => {
        const policy = trial.make()

        const ended = endingOf(end(policy, trial))
        await trial.clock.runAll()
        await ended

        await mustHaveAllPlaces(trial, policy)
      },
    }),
  ),
  ...(['resolve', 'reject'] as const).map(
    (how): Rule => ({
      title: `${RULE} comes back, once, when work that was aborted ${how}s at last`,
      check: async trial => {
        const policy = trial.make()
        const controller = new AbortController()
        const work = openWork({ isDeaf: true })
        const ended = endingOf(policy.run(work.operation, { signal: controller.signal }))
        await trial.clock.settle()

        controller.abort(down)
        await ended
        work[how](down)
        await trial.clock.settle()

        await mustHaveAllPlaces(trial, policy)
      },
    }),
  ),
  {
    title: `${RULE} comes back, once, and not for those who got none`,
    concerns: ({ maxConcurrent }) => maxConcurrent !== undefined,
    check: async trial => {
      const policy = trial.make()

      // One more than there are places comes in vain.
      await mustHaveAllPlaces(trial, policy)

      await mustHaveAllPlaces(trial, policy)
    },
  },
  {
    title: `${RULE} is free before the caller is answered`,
    check: async trial => {
      const policy = trial.make()

      const answers = policy.run(() => 'first').then(async first => [first, await policy.run(() => 'second')])
      const ended = endingOf(answers)
      await trial.clock.settle()

      const ending = await ended
      mustBe('the answers', 'value' in ending ? String(ending.value) : ending.error, 'first,second')
    },
  },
]
