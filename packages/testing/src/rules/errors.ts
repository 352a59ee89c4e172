import { isHoldfastError } from '@holdfast/core'
import { unhandledRejectionsOf } from '../unhandled-rejections.ts'
import { mustBe, mustRead } from './must.ts'
import { endingOf, membersIn, mustReject, openWork, rejectionIn } from './runs.ts'
import type { RuleRejection } from './subject.ts'
import type { Rule } from './trial.ts'

const { process } = globalThis as { process?: { on?: unknown } }
const isToldOfRejections = typeof process?.on === 'function'

/** Rule 8: no unhandled rejection, ever. Rule 9: the last error is the error. */
export const errors: readonly Rule[] = [
  {
    title: 'rule 8: no rejection goes unhandled of work that outlived its run',
    concerns: () => isToldOfRejections,
    check: async ({ clock, make }) => {
      const late = new Error('late')
      const work = openWork({ isDeaf: true })

      const unhandled = await unhandledRejectionsOf(async () => {
        const controller = new AbortController()
        const ends = [
          endingOf(make().run(work.operation, { signal: controller.signal })),
          endingOf(make().run(work.operation, { timeoutMs: 5 })),
        ]
        await clock.settle()
        controller.abort()
        await clock.advance(5)
        await Promise.all(ends)
        work.reject(late)
        await clock.runAll()
      })

      mustBe('unhandled rejections', unhandled.length, 0)
    },
  },
  ...(['rejects', 'throws'] as const).map(
    (how): Rule => ({
      title: `rule 9: what the operation ${how} last arrives as it is`,
      check: async ({ clock, make }) => {
        for (const [kind, makeThrown] of Object.entries<() => unknown>(thrownAs)) {
          const thrown: unknown[] = []
          let members: string[] = []
          const ended = endingOf(
            make().run(() => {
              const error = makeThrown()
              thrown.push(error)
              members = membersOf(error)
              if (how === 'throws') throw error
              return Promise.reject(error)
            }),
          )
          await clock.runAll()

          await mustReject(`what arrives of the ${kind}`, ended, thrown.at(-1))
          mustRead(`the members of the ${kind}`, membersOf(thrown.at(-1)), members)
        }
      },
    }),
  ),
  {
    title: 'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
    concerns: ({ rejection }) => rejection !== undefined,
    check: async ({ clock, make, subject }) => {
      const rejection = subject.rejection as RuleRejection
      const policy = make({ name: 'catalogue' })
      const limit: unknown = Reflect.get(Error, 'stackTraceLimit')

      const ending = await endingOf(rejection.provoke(policy, clock))

      const error = rejectionIn(ending)
      const { code, policy: name, message } = membersIn(ending)
      mustBe('what it rejects with is an error', error instanceof Error || error, true)
      mustBe('its code', code, rejection.code)
      mustBe('its code is one of Holdfast', isHoldfastError(error) || code, true)
      mustBe('its policy', name, 'catalogue')
      mustBe('its message begins with the name', String(message).startsWith('catalogue: ') || message, true)
      mustBe('Error.stackTraceLimit', Reflect.get(Error, 'stackTraceLimit'), limit)
    },
  },
]

/** What could have been written on an error: the names of its members, and its message. */
function membersOf(thrown: unknown): string[] {
  return thrown instanceof Error ? [...Reflect.ownKeys(thrown).map(String), thrown.message] : []
}

const thrownAs = {
  error: () => new Error('down'),
  'frozen error': () => Object.freeze(new Error('down')),
  text: () => 'down',
  undefined: () => undefined,
  null: () => null,
  symbol: () => Symbol.for('down'),
}
