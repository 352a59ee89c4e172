import { type AnyPolicy, isHoldfastError, observe } from '@holdfast/core'
import { mustBe, mustRead } from './must.ts'
import { answerIn, behaviourOf, type Ending, endingOf, mustHaveAllPlaces, rejectionIn } from './runs.ts'
import type { RuleOptions, RuleSubject } from './subject.ts'
import type { Rule, Trial } from './trial.ts'

const fault = new Error('fault of a callback')

/** Rule 3: release first, then tell. */
export const callbacks: readonly Rule[] = [
  ...Object.entries({
    throws: () => {
      throw fault
    },
    rejects: () => Promise.reject(fault),
  }).map(
    ([how, listener]): Rule => ({
      title: `rule 3: a listener that ${how} changes nothing, and is reported`,
      check: async ({ clock, make }) => {
        const [policy, undisturbed] = [make(), make()]
        const faults: unknown[] = []
        const stop = observe({ fault: ({ error }) => faults.push(error) })
        policy.subscribe(listener)

        const disturbed = await behaviourOf(policy, clock)
        stop()

        mustRead('what it does', disturbed, await behaviourOf(undisturbed, clock))
        const told = disturbed.filter(entry => /^\w+\.\w+$/.test(entry))
        mustBe('faults that were reported', faults.filter(error => error === fault).length, told.length)
      },
    }),
  ),
  {
    title: 'rule 3: a listener may run the policy again',
    check: async ({ clock, make }) => {
      const policy = make()
      const inner: Promise<Ending>[] = []
      policy.subscribe(() => {
        if (inner.length < 3) inner.push(endingOf(policy.run(() => 'inner')))
      })

      const log = await behaviourOf(policy, clock)
      for (const ending of await Promise.all(inner)) {
        if ('error' in ending && isHoldfastError(ending.error)) continue
        mustBe('the answer to a listener', answerIn(ending), 'inner')
      }
      const ends = log.filter(entry => !/^\w+\.\w+$|^call /.test(entry))
      mustBe('ends of runs', ends.length, 5)
      mustBe('the end of the first run', ends[0], 'down')
    },
  },
  perPredicate('throws, rejects the run with what it threw, and nothing is counted', async (trial, make) => {
    let isBroken = true
    const policy = trial.make({}, options =>
      make(options, () => {
        if (isBroken) throw fault
        return true
      }),
    )
    const alike = trial.make({}, options => make(options, () => true))

    const { rejection } = await asking(trial, make as MakeWithCallback, policy)
    mustBe('what the run rejected with', rejection, fault)
    isBroken = false

    await mustHaveAllPlaces(trial, policy)
    mustRead('what it does then', await behaviourOf(policy, trial.clock), await behaviourOf(alike, trial.clock))
  }),
  perPredicate('returns a promise, rejects the run: it would always be true', async (trial, make) => {
    const policy = trial.make({}, options => make(options, () => Promise.reject(fault) as unknown as boolean))

    const { rejection } = await asking(trial, make as MakeWithCallback, policy)

    mustBe('what the run rejected with is a TypeError', rejection instanceof TypeError || rejection, true)
    await mustHaveAllPlaces(trial, policy)
  }),
  {
    title: 'rule 3: what a callback throws is what the run rejects with',
    concerns: ({ callbacks: made }) => made !== undefined,
    check: async trial => {
      for (const [option, make] of Object.entries(trial.subject.callbacks as Callbacks)) {
        const policy = trial.make({}, options =>
          make(options, () => {
            throw fault
          }),
        )
        const { rejection, timers } = await asking(trial, make, policy)
        mustBe(`what the run rejected with when ${option} throws`, rejection, fault)
        mustBe(`timers after ${option} has thrown`, timers, 0)
      }
    },
  },
]

type MakeWithCallback = (options: RuleOptions, callback: () => never) => AnyPolicy
type Callbacks = NonNullable<RuleSubject['callbacks']>
type Predicates = NonNullable<RuleSubject['predicates']>
type MakeWithPredicate = Predicates[string]

function perPredicate(what: string, check: (trial: Trial, make: MakeWithPredicate) => Promise<void>): Rule {
  return {
    title: `rule 3: a predicate that ${what}`,
    concerns: ({ predicates }) => predicates !== undefined,
    check: async trial => {
      for (const make of Object.values(trial.subject.predicates as Predicates)) await check(trial, make)
    },
  }
}

/** How a run ended in which a callback was asked, and how many timers there were then. */
interface Asked {
  readonly rejection: unknown
  readonly timers: number
}

/** Runs the policy on what its callback is asked about, an error or a result. */
async function asking(trial: Trial, make: MakeWithCallback, policy: AnyPolicy): Promise<Asked> {
  const { clock } = trial
  const operation = (await isAskedAbout(trial, make, succeed)) ? succeed : fail
  const ended = endingOf(policy.run(operation)).then(ending => ({
    rejection: rejectionIn(ending),
    timers: clock.pendingTimers,
  }))
  await clock.runAll()
  return ended
}

const succeed = (): Promise<string> => Promise.resolve('up')
const fail = (): Promise<never> => Promise.reject(new Error('down'))

async function isAskedAbout(trial: Trial, make: MakeWithCallback, operation: () => unknown): Promise<boolean> {
  let isAsked = false
  const policy = trial.make({}, options =>
    make(options, () => {
      isAsked = true
      throw fault
    }),
  )
  const ended = endingOf(policy.run(operation))
  await trial.clock.runAll()
  await ended
  return isAsked
}
