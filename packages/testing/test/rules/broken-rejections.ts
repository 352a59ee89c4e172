import { BulkheadFullError } from '@holdfast/core'
import type { RuleSubject } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { freeAtTheEnd, onePlace, rejection } from './places.ts'

const full = { active: 1, queued: 0 }

/** Mistakes with rule 9 in the errors that a policy makes itself. */
export const brokenRejections: readonly Broken[] = [
  {
    mistake: 'rejects with an error that has no code',
    subject: rejectingWith(name => new Error(`${name}: full`)),
    breaks: {
      'its code: expected ERR_HOLDFAST_BULKHEAD_FULL, got undefined': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
  {
    mistake: 'rejects with a string',
    subject: rejectingWith(() => 'full' as unknown as Error),
    breaks: {
      'what it rejects with is an error: expected true, got full': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
  {
    mistake: 'rejects with a code of another policy',
    subject: rejectingWith(name => Object.assign(new Error(`${name}: full`), { code: 'EAGAIN', policy: name })),
    breaks: {
      'its code: expected ERR_HOLDFAST_BULKHEAD_FULL, got EAGAIN': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
  {
    mistake: 'rejects with a code that Holdfast does not have',
    subject: {
      ...rejectingWith(name => Object.assign(new Error(`${name}: full`), { code: 'ERR_FULL', policy: name })),
      rejection: { ...rejection, code: 'ERR_FULL' },
    },
    breaks: {
      'its code is one of Holdfast: expected true, got ERR_FULL': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
  {
    mistake: 'rejects in the name of its kind',
    subject: rejectingWith(() => new BulkheadFullError('layer', full)),
    breaks: {
      'its policy: expected catalogue, got layer': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
  {
    mistake: 'rejects with a message that does not say who speaks',
    subject: rejectingWith(name => Object.assign(new BulkheadFullError(name, full), { message: 'too many calls' })),
    breaks: {
      'its message begins with the name: expected true, got too many calls': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
  {
    mistake: 'leaves errors without stack traces behind',
    subject: rejectingWith(name => {
      queueMicrotask(() => {
        Error.stackTraceLimit = 0
      })
      return new BulkheadFullError(name, full)
    }),
    breaks: {
      'Error.stackTraceLimit: expected ': [
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    },
  },
]

function rejectingWith(errorOf: (name: string) => Error): RuleSubject {
  return { make: options => onePlace(options, freeAtTheEnd, errorOf), maxConcurrent: 1, rejection }
}
