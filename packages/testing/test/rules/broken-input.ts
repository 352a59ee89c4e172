import { Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { type Failed, heard, identified } from './layers.ts'

/** Mistakes with rule 11: input is hostile. */
export const brokenInput: readonly Broken[] = [
  {
    mistake: 'takes its name as it comes',
    subject: {
      make: options => {
        const identity = readPolicyOptions('layer', options, {})
        return identified({ ...identity, name: options.name ?? identity.name })
      },
    },
    breaks: {
      'the begin of the name: expected abc, got a\nb': [
        'rule 11: a name loses its control characters, and what is too long of it',
      ],
      'the name: expected its own, got polluted': ['rule 11: options that stand on Object.prototype are none'],
    },
  },
  {
    mistake: 'cuts no name',
    subject: {
      make: options => {
        const identity = readPolicyOptions('layer', options, {})
        return identified({ ...identity, name: (options.name ?? identity.name).replace(/\p{C}/gu, '') })
      },
    },
    breaks: {
      'the name is at most 120 characters long: expected true, got 502': [
        'rule 11: a name loses its control characters, and what is too long of it',
      ],
      'the name: expected its own, got polluted': ['rule 11: options that stand on Object.prototype are none'],
    },
  },
  {
    mistake: 'reads the message of an error to tell of it',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        return heard(emitter, (next, operation, call) =>
          next(operation, call).catch((error: unknown) => {
            if (error instanceof Error && error.message !== '') emitter.emit({ type: 'layer.failed', error }, call)
            throw error
          }),
        )
      },
    },
    breaks: {
      'the run: expected something that cannot be shown, of type object, got Error: do not look at me': [
        'rule 11: an error whose members throw passes through, and is told to listeners',
      ],
    },
  },
  {
    mistake: 'tells of a copy of the error',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        return heard(emitter, (next, operation, call) =>
          next(operation, call).catch((error: unknown) => {
            emitter.emit({ type: 'layer.failed', error: Object.assign({}, error) }, call)
            throw error
          }),
        )
      },
    },
    breaks: {
      'the error that listeners are told of: expected something that cannot be shown, of type object, got {}': [
        'rule 11: an error whose members throw passes through, and is told to listeners',
      ],
    },
  },
]
