import { type Call, observe, type PolicyEvent, policies } from '@holdfast/core'
import { mustBe, mustRead } from './must.ts'
import { behaviourOf, endingOf, mustAnswer, openWork } from './runs.ts'
import type { Rule } from './trial.ts'

/** What a user finds the same in every policy. */
export const contract: readonly Rule[] = [
  ...Object.entries<() => PromiseLike<string> | string>({
    'a promise': () => Promise.resolve('up'),
    'a plain value': () => 'up',
    'a thenable': () => thenable('up'),
  }).map(
    ([what, operation]): Rule => ({
      title: `the contract: an operation may return ${what}, and is called once`,
      check: async ({ clock, make }) => {
        let calls = 0

        const ended = endingOf(
          make().run(() => {
            calls++
            return operation()
          }),
        )
        await clock.settle()

        await mustAnswer('the run', ended, 'up')
        mustBe('calls', calls, 1)
      },
    }),
  ),
  {
    title: 'the contract: run works detached from its policy',
    check: async ({ clock, make }) => {
      const { run } = make()

      const ended = endingOf((async () => run(() => 'up'))())
      await clock.settle()

      await mustAnswer('the run', ended, 'up')
    },
  },
  {
    title: 'the contract: an operation is told of its call',
    check: async ({ clock, make }) => {
      const work = openWork()
      const context = { tenant: 'one' }
      const controller = new AbortController()
      const ended = endingOf(make().run(work.operation, { context, timeoutMs: 50, signal: controller.signal }))
      await clock.settle()

      mustBe('calls', work.calls.length, 1)
      const [call] = work.calls as [Call]
      mustBe('its attempt', call.attempt, 1)
      mustBe('its context', call.context, context)
      mustBe('its time is limited', call.remainingMs() <= 50 || call.remainingMs(), true)
      mustBe('its signal has aborted', call.signal.aborted, false)
      controller.abort()
      await ended
    },
  },
  {
    title: 'the contract: while it is not enabled, calls pass as if it were not there',
    check: async ({ clock, make }) => {
      const policy = make({ enabled: () => false })

      const log = await behaviourOf(policy, clock)

      const failed = [1, 2, 3, 4].flatMap(number => [`call in run ${number}`, 'down'])
      mustRead('what it does', log, [...failed, 'call in run 5', 'value up'])
    },
  },
  {
    title: 'the contract: it is known by its name, and events carry it',
    check: async ({ clock, make }) => {
      const policy = make({ name: 'catalogue' })
      const events: PolicyEvent[] = []
      policy.subscribe((event: PolicyEvent) => events.push(event))

      await behaviourOf(policy, clock)

      mustBe('it is one of policies()', [...policies()].includes(policy), true)
      for (const event of events) {
        mustBe(`the type of ${event.type} is two words`, /^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(event.type), true)
        const { name = '', kind = '' } = (event as Partial<PolicyEvent>).policy ?? {}
        mustBe(`${event.type} names a policy and its kind`, name !== '' && kind !== '', true)
        if (kind === policy.kind) mustBe(`the name of the policy in ${event.type}`, name, policy.name)
        mustBe(`${event.type} has a time`, Number.isFinite(event.atMs), true)
      }
    },
  },
  {
    title: 'the contract: who has unsubscribed is told nothing more',
    check: async ({ clock, make }) => {
      const policy = make()
      let told = 0
      const stop = policy.subscribe(() => {
        told++
      })

      stop()
      await behaviourOf(policy, clock)

      mustBe('events', told, 0)
    },
  },
  {
    title: 'the contract: an observer sees each run and each attempt begin and end',
    check: async ({ clock, make }) => {
      const policy = make()
      const events: PolicyEvent[] = []
      const stop = observe({ event: event => events.push(event) })

      const ended = endingOf(policy.run(() => 'up'))
      await clock.settle()
      await ended
      stop()

      const types = events.filter(({ pipeline }) => pipeline === policy.name).map(({ type }) => type)
      const own = types.filter(type => /^(call|attempt)\./.test(type))
      mustRead('events', own, ['call.started', 'attempt.started', 'attempt.settled', 'call.settled'])
    },
  },
  {
    title: 'the contract: a run that belongs to a call has its context, its deadline and its number',
    check: async ({ clock, make }) => {
      const [outer, inner] = [make(), make()]
      const context = { tenant: 'one' }
      const seen: unknown[] = []

      const ended = endingOf(
        outer.run(call => inner.run(own => seen.push(own.context, own.deadlineMs <= call.deadlineMs), call), {
          context,
          timeoutMs: 50,
        }),
      )
      await clock.settle()
      await ended

      mustBe('the context', seen[0], context)
      mustBe('its deadline is no later', seen[1], true)
    },
  },
]

/** What can be awaited and yet is no promise. */
function thenable(value: string): PromiseLike<string> {
  const then: PromiseLike<string>['then'] = (...handlers) => Promise.resolve(value).then(...handlers)
  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is for
  return Object.defineProperty({}, 'then', { value: then }) as PromiseLike<string>
}
