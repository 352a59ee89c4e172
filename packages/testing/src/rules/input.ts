import { mustBe, thrownBy } from './must.ts'
import { endingOf, mustReject } from './runs.ts'
import type { Rule } from './trial.ts'

/** Rule 11: input is hostile. Options are read once, and checked. */
export const input: readonly Rule[] = [
  {
    title: 'rule 11: a name loses its control characters, and what is too long of it',
    isAboutMaking: true,
    check: async ({ make }) => {
      const { name } = make({ name: `a\nb\u0007\u202e${'c'.repeat(500)}` })

      mustBe('the begin of the name', name.slice(0, 3), 'abc')
      mustBe('the name is at most 120 characters long', name.length <= 120 || name.length, true)
    },
  },
  {
    title: 'rule 11: an error whose members throw passes through, and is told to listeners',
    check: async ({ clock, make }) => {
      const hostile = new Proxy(new Error('hostile'), {
        get: () => {
          throw new Error('do not look at me')
        },
      })
      const policy = make()
      const told: unknown[] = []
      policy.subscribe((event: { error?: unknown }) => told.push(event.error))

      const ended = endingOf(policy.run(() => Promise.reject(hostile)))
      await clock.runAll()

      await mustReject('the run', ended, hostile)
      for (const error of told) if (error !== undefined) mustBe('the error that listeners are told of', error, hostile)
    },
  },
  ...Object.entries({
    'an option that does not exist': { retires: 3 },
    'a null': { name: null },
    'an empty name': { name: '' },
    'a name that is no text': { name: 5 },
    'something else than a clock': { clock: Date },
    'something else than a function': { enabled: true },
    'an option named __proto__': JSON.parse('{"__proto__":{"name":"polluted"}}') as object,
  }).map(
    ([what, wrong]): Rule => ({
      title: `rule 11: ${what} throws an error that names the option`,
      isAboutMaking: true,
      check: async ({ make }) => {
        const [option = ''] = Object.keys(wrong)

        const error = thrownBy(() => make(wrong))

        mustBe('what is thrown is of a kind', error instanceof TypeError || error instanceof RangeError || error, true)
        mustBe('its message names the option', String(error).includes(option) || error, true)
      },
    }),
  ),
  {
    title: 'rule 11: options that stand on Object.prototype are none',
    isAboutMaking: true,
    check: async ({ make }) => {
      const pollution = { name: 'polluted', enabled: 'polluted', retires: 'polluted' }
      const prototype = Object.prototype as Record<string, unknown>
      Object.assign(prototype, pollution)
      try {
        const { name } = make()
        mustBe('the name', name === 'polluted' ? name : 'its own', 'its own')
      } finally {
        for (const option of Object.keys(pollution)) delete prototype[option]
      }
    },
  },
]
