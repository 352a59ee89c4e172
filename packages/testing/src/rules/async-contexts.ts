import { builtinModule } from '../builtin-modules.ts'
import { mustBe, mustRead } from './must.ts'
import { endingOf, membersIn, openWork } from './runs.ts'
import type { Rule } from './trial.ts'

interface Storage {
  run<T>(store: string, act: () => T): T
  getStore(): string | undefined
}

const hooks = builtinModule('node:async_hooks') as { readonly AsyncLocalStorage: new () => Storage } | undefined

/** Rule 10: the async context is that of the caller. Left out on platforms that have none. */
export const asyncContexts: readonly Rule[] =
  hooks === undefined
    ? []
    : [
        {
          title: 'rule 10: an operation runs in the async context of its caller, in each attempt',
          check: async ({ clock, make }) => {
            const requests = new hooks.AsyncLocalStorage()
            const policy = make()
            const seen = new Set<unknown>()

            const ended = requests.run('mine', () =>
              endingOf(
                policy.run(async () => {
                  seen.add(requests.getStore())
                  await Promise.resolve()
                  seen.add(requests.getStore())
                  throw new Error('down')
                }),
              ),
            )
            await requests.run('of another', () => clock.runAll())
            await ended

            mustRead('contexts', [...seen].map(String), ['mine'])
          },
        },
        {
          title: 'rule 10: work that waited runs in the async context of its caller, not of who gave it its place',
          concerns: ({ makeQueueing }) => makeQueueing !== undefined,
          check: async ({ clock, make, subject }) => {
            const requests = new hooks.AsyncLocalStorage()
            const policy = make({}, subject.makeQueueing)
            const first = openWork()
            const seen: string[] = []
            const runFor = (request: string, operation: () => unknown): Promise<unknown> =>
              requests.run(request, () => endingOf(policy.run(operation)))

            const ends = [requests.run('first', () => endingOf(policy.run(first.operation)))]
            for (const request of ['second', 'third']) {
              ends.push(
                runFor(request, async () => seen.push(request, String(requests.getStore()))) as (typeof ends)[0],
              )
            }
            await clock.settle()
            requests.run('of another', () => first.resolve('done'))
            await Promise.all(ends)

            mustRead('requests and their contexts', seen, ['second', 'second', 'third', 'third'])
          },
        },
        {
          title: 'rule 10: the trace of an error names the caller of the run',
          check: async ({ clock, make }) => {
            const policy = make()
            const callerOfTheRun = async (): Promise<void> => {
              await policy.run(async () => {
                await Promise.resolve()
                throw new Error('down')
              })
            }

            const ended = endingOf(callerOfTheRun())
            await clock.runAll()
            const trace = String(membersIn(await ended)['stack'])

            mustBe('the trace names it', trace.includes('callerOfTheRun') || trace, true)
          },
        },
      ]
