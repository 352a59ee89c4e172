import type { AnyPolicy } from '@holdfast/core'
import { callGuarded, Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import type { RuleOptions } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { type Failed, heard, layer } from './layers.ts'

type Listener = (event: Failed) => unknown

/** Mistakes with rule 3: listeners cannot change what happens. */
export const brokenListeners: readonly Broken[] = [
  {
    mistake: 'throws into the call what a listener throws',
    subject: { make: options => tellingBy(options, tell => tell()) },
    breaks: {
      'what it does: expected call in run 1, layer.failed, down, call in run 2, layer.failed, down': [
        'rule 3: a listener that throws changes nothing, and is reported',
      ],
      'faults that were reported: expected 4, got 0': [
        'rule 3: a listener that rejects changes nothing, and is reported',
      ],
    },
  },
  {
    mistake: 'swallows what a listener throws',
    subject: {
      make: options =>
        tellingBy(options, tell => {
          try {
            Promise.resolve(tell()).catch((error: unknown) => callGuarded('a listener', () => Promise.reject(error)))
          } catch {}
        }),
    },
    breaks: {
      'faults that were reported: expected 4, got 0': [
        'rule 3: a listener that throws changes nothing, and is reported',
      ],
    },
  },
  {
    mistake: 'forgets that a listener may return a promise',
    subject: { make: options => tellingBy(options, tell => callGuarded('a listener', () => void tell())) },
    breaks: {
      'faults that were reported: expected 4, got 0': [
        'rule 3: a listener that rejects changes nothing, and is reported',
      ],
    },
  },
  {
    mistake: 'keeps the error of its call where the next run finds it',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        let last: unknown
        return heard(emitter, (next, operation, call) => {
          last = undefined
          return next(operation, call).catch((error: unknown) => {
            last = error
            emitter.emit({ type: 'layer.failed', error }, call)
            throw last
          })
        })
      },
    },
    breaks: {
      'the end of the first run: expected down, got undefined': ['rule 3: a listener may run the policy again'],
    },
  },
  {
    mistake: 'cannot be run by its own listeners',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        let isTelling = false
        return heard(emitter, (next, operation, call) => {
          if (isTelling) return Promise.reject(new Error('locked'))
          return next(operation, call).catch((error: unknown) => {
            isTelling = true
            emitter.emit({ type: 'layer.failed', error }, call)
            isTelling = false
            throw error
          })
        })
      },
    },
    breaks: {
      'the answer to a listener: expected inner, got Error: locked': ['rule 3: a listener may run the policy again'],
    },
  },
]

/** Tells each failure to listeners of its own. `guard` is handed what tells one listener. */
function tellingBy(options: RuleOptions, guard: (tell: () => unknown) => void): AnyPolicy {
  const { name, kind, clock } = readPolicyOptions('layer', options, {})
  const listeners = new Set<Listener>()
  const policy = layer(options, (next, operation, call) =>
    next(operation, call).catch((error: unknown) => {
      const { callId, attempt, root } = call
      const pipeline = root.identity.name
      const atMs = clock.nowMs()
      for (const listener of listeners) {
        guard(() => listener({ type: 'layer.failed', policy: { name, kind }, pipeline, callId, attempt, atMs, error }))
      }
      throw error
    }),
  )
  const subscribe = (listener: Listener): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return Object.assign(policy, { subscribe })
}
