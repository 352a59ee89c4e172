import { collector, countCollected } from '../garbage.ts'
import { mustBe, mustRead } from './must.ts'
import { answerIn, endingOf, failingOnce, openWork } from './runs.ts'
import type { Rule, Trial } from './trial.ts'
import { watchedController } from './watched-controller.ts'

const down = new Error('down')

const RUNS = 100

type Policy = ReturnType<Trial['make']>

const runs: Readonly<Record<string, (policy: Policy, controller: AbortController) => Promise<unknown>>> = {
  'a value': (policy, { signal }) => policy.run(() => Promise.resolve('up'), { signal, timeoutMs: 5_000 }),
  'a failure': (policy, { signal }) =>
    policy.run(
      failingOnce(() => Promise.reject(down), 'up'),
      { signal, timeoutMs: 5_000 },
    ),
  'a synchronous throw': (policy, { signal }) =>
    policy.run(
      () => {
        throw down
      },
      { signal, timeoutMs: 5_000 },
    ),
  'an abort': (policy, controller) => {
    const run = policy.run(openWork().operation, { signal: controller.signal, timeoutMs: 5_000 })
    controller.abort(down)
    return run
  },
}

/** Rule 5: nothing left behind. */
export const leftBehind: readonly Rule[] = [
  ...Object.entries(runs).map(
    ([ending, start]): Rule => ({
      title: `rule 5: after ${ending}, no timer and no listener is left`,
      check: async ({ clock, make }) => {
        const { controller, listeners } = watchedController()

        const ended = endingOf(start(make(), controller))
        await clock.advance(4_000)
        await ended
        await clock.settle()

        mustBe('timers', clock.pendingTimers, 0)
        mustBe('listeners', listeners.size, 0)
      },
    }),
  ),
  {
    title: 'rule 5: a run holds one listener on the signal of its caller at most',
    check: async ({ clock, make }) => {
      const { controller, listeners } = watchedController()
      const work = openWork()
      const ended = endingOf(make().run(work.operation, { signal: controller.signal, timeoutMs: 5_000 }))
      await clock.settle()

      const held = listeners.size
      controller.abort(down)
      await ended

      mustBe('listeners', held, 1)
    },
  },
  {
    title: 'rule 5: a value that comes too late goes to discard, once',
    check: async ({ clock, make }) => {
      const work = openWork({ isDeaf: true })
      const discarded: unknown[] = []

      const ended = endingOf(make().run(work.operation, { timeoutMs: 5, discard: value => discarded.push(value) }))
      await clock.advance(5)
      await ended
      work.resolve('connection')
      await clock.runAll()

      mustRead('discarded', discarded.map(String), ['connection'])
    },
  },
  {
    title: 'rule 5: a long-lived call holds nothing of the runs within it',
    concerns: () => collector() !== undefined,
    check: async ({ clock, make }) => {
      const [consumer, policy] = [make(), make()]
      const { signal } = new AbortController()

      const ended = endingOf(
        consumer.run(
          async call => {
            const operations: WeakRef<object>[] = []
            for (let job = 0; job < RUNS; job++) {
              const operation = (): Promise<unknown> => Promise.resolve({ job })
              operations.push(new WeakRef(operation))
              await policy.run(operation, call)
            }
            return countCollected(operations)
          },
          { signal },
        ),
      )
      await clock.settle()
      const freed = answerIn(await ended)

      // The engine may hold a few of the last ones in registers of code that still runs.
      mustBe(`nearly all operations of ${RUNS} runs were freed`, Number(freed) > RUNS * 0.9 || freed, true)
    },
  },
  {
    title: 'rule 5: a policy that nobody holds is freed, though its runs are remembered',
    concerns: () => collector() !== undefined,
    check: async ({ clock, make }) => {
      const { signal } = new AbortController()
      const dropped = async (): Promise<WeakRef<object>> => {
        const policy = make()
        await endingOf(policy.run(() => 'up', { signal, timeoutMs: 5_000 }))
        return new WeakRef(policy)
      }

      const reference = await dropped()
      await clock.settle()

      mustBe('policies that were freed', await countCollected([reference]), 1)
    },
  },
]
