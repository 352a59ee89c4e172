import { pipeline } from '@holdfast/core'
import { virtualClock } from '../virtual-clock.ts'
import { mustBe, mustRead, thrownBy } from './must.ts'
import { behaviourOf, endingNow, endingOf, failingOnce, mustAnswer, rejectionIn } from './runs.ts'
import type { RuleRejection } from './subject.ts'
import type { Rule } from './trial.ts'

const HOUR_MS = 3_600_000

/** Rule 6: time is one injected, monotonic clock. Rule 7: waits that cannot succeed fail at once. */
export const time: readonly Rule[] = [
  ...[-HOUR_MS, HOUR_MS].map(
    (stepMs): Rule => ({
      title: `rule 6: a clock that steps ${stepMs < 0 ? 'back' : 'forward'} by an hour does not disturb calls`,
      check: async ({ clock, make }) => {
        const policy = make()

        void endingOf(policy.run(() => 'first'))
        await clock.settle()
        clock.jump(stepMs)
        const failing = endingOf(policy.run(failingOnce(() => Promise.reject(new Error('down')), 'later')))
        await clock.settle()
        clock.jump(-stepMs)
        await clock.runAll()
        await failing
        clock.jump(stepMs)
        const last = endingOf(policy.run(() => 'last'))
        await clock.runAll()

        await mustAnswer('the run after the step', last, 'last')
      },
    }),
  ),
  ...[-HOUR_MS, HOUR_MS].map(
    (stepMs): Rule => ({
      title: `rule 6: a clock that steps ${stepMs < 0 ? 'back' : 'forward'} by an hour keeps nobody out for longer`,
      concerns: ({ rejection }) => rejection?.recoversWithinMs !== undefined,
      check: async ({ clock, make, subject }) => {
        const policy = make()
        const rejection = subject.rejection as Required<RuleRejection>
        await endingOf(rejection.provoke(policy, clock))

        clock.jump(stepMs)
        await clock.advance(0)
        await endingOf(policy.run(() => 'too early, or a probe'))
        await clock.advance(rejection.recoversWithinMs)

        await mustAnswer('a run after the time to recover', endingOf(policy.run(() => 'up')), 'up')
      },
    }),
  ),
  ...[Infinity, 2 ** 31].map(
    (timeoutMs): Rule => ({
      title: `rule 6: a limit of ${timeoutMs} ms is none`,
      check: async ({ clock, make }) => {
        const work = (): Promise<unknown> =>
          new Promise(resolve => {
            clock.setTimeout(() => resolve('up'), 2_000)
          })

        const ended = endingOf(make().run(work, { timeoutMs }))
        await clock.advance(2_000)

        await mustAnswer('the run', ended, 'up')
      },
    }),
  ),
  {
    title: 'rule 6: two clocks in one pipeline throw a TypeError',
    check: async ({ make }) => {
      const error = thrownBy(() => pipeline(make(), make({ clock: virtualClock() })))

      mustBe('what is thrown is a TypeError', error instanceof TypeError || error, true)
    },
  },
  {
    title: 'rule 7: a wait that would end at the deadline is not begun',
    concerns: ({ waitMs }) => waitMs !== undefined,
    check: async ({ clock, make, subject }) => {
      const down = new Error('down')

      const ended = endingOf(make().run(() => Promise.reject(down), { timeoutMs: subject.waitMs }))
      const ending = await endingNow(clock, ended)

      mustBe('what the run rejected with at once', rejectionIn(ending), down)
      mustBe('timers', clock.pendingTimers, 0)
    },
  },
  {
    title: 'rule 7: who comes after the deadline waits in no queue',
    concerns: ({ makeQueueing }) => makeQueueing !== undefined,
    check: async ({ clock, make, subject }) => {
      const policy = make({}, subject.makeQueueing)
      const outer = make({}, subject.makeQueueing)
      const forever = new AbortController()
      const first = endingOf(policy.run(() => new Promise(() => {}), { signal: forever.signal }))
      await clock.settle()

      // The clock is past the deadline, and the timer that says so has yet to run.
      const late = endingOf(
        outer.run(
          call => {
            clock.jump(HOUR_MS)
            return policy.run(() => 'late', call)
          },
          { timeoutMs: HOUR_MS },
        ),
      )
      const ending = await endingNow(clock, late)
      forever.abort(new Error('end of the test'))
      await first
      await clock.runAll()

      const isRejected = ending !== undefined && 'error' in ending
      mustBe('the late run is rejected at once', isRejected || rejectionIn(ending), true)
    },
  },
  {
    title: 'rule 7: an error comes at once where nothing is waited for',
    concerns: ({ waitMs }) => waitMs === undefined,
    check: async ({ clock, make }) => {
      const down = new Error('down')
      const ended = endingOf(make().run(() => Promise.reject(down), { timeoutMs: 10 }))

      const ending = await endingNow(clock, ended)

      mustBe('what the run rejected with at once', rejectionIn(ending), down)
    },
  },
  {
    title: 'rule 6: what is done does not depend on when it is done',
    check: async ({ clock, make }) => {
      const [early, late] = [make(), make()]

      const first = await behaviourOf(early, clock)
      await clock.advance(24 * HOUR_MS)

      mustRead('what it does a day later', await behaviourOf(late, clock), first)
    },
  },
]
