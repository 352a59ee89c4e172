import type { PolicyEvent } from '@holdfast/core'
import { Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { type Failed, heard, telling, tellingAs } from './layers.ts'

/** Mistakes in how a policy is known, and in what it tells. */
export const brokenEvents: readonly Broken[] = [
  {
    mistake: 'tells events without their envelope',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        return heard(emitter, (next, operation, call) =>
          next(operation, call).catch((error: unknown) => {
            emitter.relay({ type: 'layer.failed', error } as Failed)
            throw error
          }),
        )
      },
    },
    breaks: {
      'layer.failed names a policy and its kind: expected true, got false': [
        'the contract: it is known by its name, and events carry it',
      ],
    },
  },
  {
    mistake: 'tells events in the name of its kind',
    subject: {
      make: options => {
        const identity = readPolicyOptions('layer', options, {})
        return Object.assign(tellingAs({ ...identity, name: 'layer' }), { name: identity.name })
      },
    },
    breaks: {
      'the name of the policy in layer.failed: expected catalogue, got layer': [
        'the contract: it is known by its name, and events carry it',
      ],
    },
  },
  {
    mistake: 'tells events without its kind',
    subject: { make: options => tellingAs({ ...readPolicyOptions('layer', options, {}), kind: '' }) },
    breaks: {
      'layer.failed names a policy and its kind: expected true, got false': [
        'the contract: it is known by its name, and events carry it',
      ],
    },
  },
  {
    mistake: 'tells events without their time',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        return heard(emitter, (next, operation, call) =>
          next(operation, call).catch((error: unknown) => {
            const facts = { type: 'layer.failed', error, atMs: undefined } as const
            emitter.emit(facts, call)
            throw error
          }),
        )
      },
    },
    breaks: {
      'layer.failed has a time: expected true, got false': [
        'the contract: it is known by its name, and events carry it',
      ],
    },
  },
  {
    mistake: 'tells events of one word',
    subject: { make: options => tellingAs(readPolicyOptions('layer', options, {}), 'failed') },
    breaks: {
      'the type of failed is two words: expected true, got false': [
        'the contract: it is known by its name, and events carry it',
      ],
      'faults that were reported: expected 0, got 4': [
        'rule 3: a listener that throws changes nothing, and is reported',
        'rule 3: a listener that rejects changes nothing, and is reported',
      ],
      'ends of runs: expected 5, got 9': ['rule 3: a listener may run the policy again'],
    },
  },
  {
    mistake: 'is a copy, which the list of policies does not know',
    subject: { make: options => ({ ...telling(options) }) },
    breaks: {
      'it is one of policies(): expected true, got false': [
        'the contract: it is known by its name, and events carry it',
      ],
    },
  },
  {
    mistake: 'goes on to tell those who have unsubscribed',
    subject: {
      make: options => {
        const policy = telling(options)
        const { subscribe } = policy
        const stopNothing = (listener: (event: PolicyEvent) => unknown): (() => void) => {
          subscribe(listener)
          return () => {}
        }
        return Object.assign(policy, { subscribe: stopNothing })
      },
    },
    breaks: { 'events: expected 0, got 4': ['the contract: who has unsubscribed is told nothing more'] },
  },
]
