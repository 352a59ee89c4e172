import type { AnyPolicy } from '@holdfast/core'
import { decides, Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import type { RuleOptions } from '@holdfast/testing'
import type { Broken } from './broken.ts'
import { type Failed, heard, layer } from './layers.ts'
import { freeAtTheEnd, onePlace } from './places.ts'

/** Mistakes with rule 3: release first, then tell. */
export const brokenCallbacks: readonly Broken[] = [
  {
    mistake: 'takes a predicate that throws for one that says no',
    subject: {
      make: options => layer(options),
      predicates: {
        handles: (options, handles) =>
          judging(options, () => {
            try {
              return decides('layer', 'handles', handles())
            } catch (error) {
              if (error instanceof TypeError) throw error
              return false
            }
          }),
      },
    },
    breaks: {
      'what the run rejected with: expected Error: fault of a callback, got Error: down': [
        'rule 3: a predicate that throws, rejects the run with what it threw, and nothing is counted',
      ],
    },
  },
  {
    mistake: 'takes a promise for a yes',
    subject: {
      make: options => layer(options),
      predicates: { handles: (options, handles) => judging(options, handles) },
    },
    breaks: {
      'what the run rejected with is a TypeError: expected true, got Error: down': [
        'rule 3: a predicate that returns a promise, rejects the run: it would always be true',
      ],
    },
  },
  {
    mistake: 'keeps its place when a predicate throws',
    subject: {
      make: options => onePlace(options, freeAtTheEnd),
      maxConcurrent: 1,
      predicates: {
        handles: (options, handles) =>
          onePlace(options, (next, operation, call, free) =>
            next(operation, call).then(
              value => {
                free()
                return value
              },
              (error: unknown) => {
                decides('layer', 'handles', handles())
                free()
                throw error
              },
            ),
          ),
      },
    },
    breaks: {
      'operations that run at once: expected 1, got 0': [
        'rule 3: a predicate that throws, rejects the run with what it threw, and nothing is counted',
        'rule 3: a predicate that returns a promise, rejects the run: it would always be true',
      ],
    },
  },
  {
    mistake: 'counts a failure before it asks the predicate',
    subject: {
      make: options => layer(options),
      predicates: {
        handles: (options, handles) => {
          const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
          let failures = 0
          return heard(emitter, (next, operation, call) =>
            next(operation, call).catch((error: unknown) => {
              failures++
              if (!decides('layer', 'handles', handles())) failures--
              if (failures === 3) emitter.emit({ type: 'layer.failed', error }, call)
              throw error
            }),
          )
        },
      },
    },
    breaks: {
      'what it does then: expected call in run 1, down, call in run 2, down, call in run 3, layer.failed': [
        'rule 3: a predicate that throws, rejects the run with what it threw, and nothing is counted',
      ],
    },
  },
  {
    mistake: 'rejects with the error of the call where its callback throws',
    subject: {
      make: options => layer(options),
      callbacks: {
        to: (options, to) =>
          layer(options, (next, operation, call) =>
            next(operation, call).catch((error: unknown) => {
              try {
                return to()
              } catch {
                throw error
              }
            }),
          ),
      },
    },
    breaks: {
      'what the run rejected with when to throws: expected Error: fault of a callback, got Error: down': [
        'rule 3: what a callback throws is what the run rejects with',
      ],
    },
  },
  {
    mistake: 'starts a timer before it asks a callback, which throws',
    subject: {
      make: options => layer(options),
      callbacks: {
        timeoutMs: (options, timeoutMs) =>
          layer(options, (next, operation, call) => {
            const timer = options.clock.setTimeout(() => {}, 10_000)
            void timeoutMs()
            return next(operation, call).finally(() => options.clock.clearTimeout(timer))
          }),
      },
    },
    breaks: {
      'timers after timeoutMs has thrown: expected 0, got 1': [
        'rule 3: what a callback throws is what the run rejects with',
      ],
    },
  },
]

/** Asks of each error whether it is a failure, for the sake of asking. */
function judging(options: RuleOptions, isFailure: () => boolean): AnyPolicy {
  return layer(options, (next, operation, call) =>
    next(operation, call).catch((error: unknown) => {
      isFailure()
      throw error
    }),
  )
}
