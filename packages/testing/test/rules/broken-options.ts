import { type CommonOptions, systemClock } from '@holdfast/core'
import type { RuleSubject } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { layer, telling } from './layers.ts'

const known = new Set(['name', 'clock', 'enabled'])

/** Mistakes with rule 11 in the reading of options. */
export const brokenOptions: readonly Broken[] = [
  {
    mistake: 'overlooks options that it does not know',
    subject: reading(options => Object.fromEntries(Object.entries(options).filter(([option]) => known.has(option)))),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: an option that does not exist throws an error that names the option',
        'rule 11: an option named __proto__ throws an error that names the option',
      ],
    },
  },
  {
    mistake: 'takes null for an option that was left out',
    subject: reading(options => ({ ...options, name: options.name ?? undefined })),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: a null throws an error that names the option',
      ],
      'the name: expected its own, got polluted': ['rule 11: options that stand on Object.prototype are none'],
    },
  },
  {
    mistake: 'takes an empty name for one that was left out',
    subject: reading(options => ({ ...options, name: options.name === '' ? undefined : options.name })),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: an empty name throws an error that names the option',
      ],
      'the name: expected its own, got polluted': ['rule 11: options that stand on Object.prototype are none'],
    },
  },
  {
    mistake: 'makes a text of any name',
    subject: reading(options => ({
      ...options,
      name: typeof options.name === 'number' ? String(options.name) : options.name,
    })),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: a name that is no text throws an error that names the option',
      ],
      'the name: expected its own, got polluted': ['rule 11: options that stand on Object.prototype are none'],
    },
  },
  {
    mistake: 'takes anything for a clock',
    subject: reading(options => ({
      ...options,
      clock: typeof options.clock === 'object' ? options.clock : systemClock,
    })),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: something else than a clock throws an error that names the option',
      ],
    },
  },
  {
    mistake: 'takes a boolean where a function is wanted',
    subject: reading(options =>
      typeof options.enabled === 'boolean' ? { ...options, enabled: () => Boolean(options.enabled) } : options,
    ),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: something else than a function throws an error that names the option',
      ],
    },
  },
  {
    mistake: 'copies options so that one of them becomes their prototype',
    subject: reading(options => Object.assign({}, options)),
    breaks: {
      'what is thrown is of a kind: expected true, got nothing': [
        'rule 11: an option named __proto__ throws an error that names the option',
      ],
    },
  },
  {
    mistake: 'takes options from the prototype of all objects',
    subject: reading(options => {
      const { name } = options
      return { ...options, name }
    }),
    breaks: {
      'the name: expected its own, got polluted': ['rule 11: options that stand on Object.prototype are none'],
    },
  },
  {
    mistake: 'does not say which option is wrong',
    subject: {
      make: options => {
        try {
          return telling(options)
        } catch {
          throw new TypeError('layer: invalid options')
        }
      },
    },
    breaks: {
      'its message names the option: expected true, got TypeError: layer: invalid options': [
        'rule 11: an option that does not exist throws an error that names the option',
        'rule 11: a null throws an error that names the option',
        'rule 11: an empty name throws an error that names the option',
        'rule 11: a name that is no text throws an error that names the option',
        'rule 11: something else than a clock throws an error that names the option',
        'rule 11: something else than a function throws an error that names the option',
        'rule 11: an option named __proto__ throws an error that names the option',
      ],
    },
  },
  {
    mistake: 'throws a bare Error for options that are wrong',
    subject: {
      make: options => {
        try {
          return telling(options)
        } catch (error) {
          throw new Error((error as Error).message, { cause: error })
        }
      },
    },
    breaks: {
      'what is thrown is of a kind: expected true, got Error: layer: unknown option "retires", expected one of name, clock, enabled':
        ['rule 11: an option that does not exist throws an error that names the option'],
      'what is thrown is of a kind: expected true, got Error: layer: name must be a string that is not empty, got null':
        ['rule 11: a null throws an error that names the option'],
      'what is thrown is of a kind: expected true, got Error: layer: name must be a string that is not empty, got ""': [
        'rule 11: an empty name throws an error that names the option',
      ],
      'what is thrown is of a kind: expected true, got Error: layer: name must be a string that is not empty, got 5': [
        'rule 11: a name that is no text throws an error that names the option',
      ],
      'what is thrown is of a kind: expected true, got Error: layer: clock must be a clock with nowMs, epochMs, setTimeout and clearTimeout, got a function':
        ['rule 11: something else than a clock throws an error that names the option'],
      'what is thrown is of a kind: expected true, got Error: layer: enabled must be a function, got true': [
        'rule 11: something else than a function throws an error that names the option',
      ],
      'what is thrown is of a kind: expected true, got Error: layer: unknown option "__proto__", expected one of name, clock, enabled':
        ['rule 11: an option named __proto__ throws an error that names the option'],
    },
  },
]

/** A policy that prepares its options before it checks them. */
function reading(prepared: (options: CommonOptions) => CommonOptions): RuleSubject {
  return { make: options => layer(prepared(options)) }
}
