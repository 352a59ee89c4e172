import type { AnyPolicy, Call, RunOptions } from '@holdfast/core'
import { promised, readPolicyOptions } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { layer, running, telling, tellingAs } from './layers.ts'

const isThenable = (result: unknown): result is PromiseLike<unknown> =>
  typeof (result as { then?: unknown } | undefined)?.then === 'function'

/** Mistakes in what a user finds the same in every policy. */
export const brokenContract: readonly Broken[] = [
  {
    mistake: 'calls the operation twice, in case one call is slow',
    subject: {
      make: options =>
        layer(options, (next, operation, call) => {
          if (!call.isCancellable) next(operation, call).catch(() => {})
          return next(operation, call)
        }),
    },
    breaks: {
      'calls: expected 1, got 2': [
        'the contract: an operation may return a promise, and is called once',
        'the contract: an operation may return a plain value, and is called once',
        'the contract: an operation may return a thenable, and is called once',
      ],
      'events: expected call.started, attempt.started, attempt.settled, call.settled, got call.started, attempt.started, attempt.started, attempt.settled, attempt.settled, call.settled':
        ['the contract: an observer sees each run and each attempt begin and end'],
    },
  },
  {
    mistake: 'calls an operation again that has returned no promise',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(own => {
            const result = operation(own)
            return isThenable(result) ? result : promised(() => operation(own))
          }, call),
        ),
    },
    breaks: { 'calls: expected 1, got 2': ['the contract: an operation may return a plain value, and is called once'] },
  },
  {
    mistake: 'takes whatever can be awaited for a native promise',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(own => {
            const result = operation(own)
            if (isThenable(result)) (result as Promise<unknown>).catch(() => {})
            return result
          }, call),
        ),
    },
    breaks: {
      'the run: expected up, got TypeError: result.catch is not a function': [
        'the contract: an operation may return a thenable, and is called once',
      ],
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
  {
    mistake: 'has a run that needs its this',
    subject: {
      make: options => {
        const inner = telling(options)
        const run = function (this: { inner: AnyPolicy }, ...args: Parameters<AnyPolicy['run']>): Promise<unknown> {
          return this.inner.run(...args)
        }
        return Object.assign(telling(options), { inner, run })
      },
    },
    breaks: {
      "the run: expected up, got TypeError: Cannot read properties of undefined (reading 'inner')": [
        'the contract: run works detached from its policy',
      ],
    },
  },
  {
    mistake: 'hands its operations nothing but a signal',
    subject: {
      make: options =>
        layer(options, (next, operation, call) => next(({ signal }) => operation({ signal } as Call), call)),
    },
    breaks: {
      'its attempt: expected 1, got undefined': ['the contract: an operation is told of its call'],
      'the context: expected {"tenant":"one"}, got undefined': [
        'the contract: a run that belongs to a call has its context, its deadline and its number',
      ],
    },
  },
  {
    mistake: 'hands its operations a call without its context',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(own => operation(Object.create(own, { context: { value: {} } }) as Call), call),
        ),
    },
    breaks: {
      'its context: expected {"tenant":"one"}, got {}': ['the contract: an operation is told of its call'],
      'the context: expected {"tenant":"one"}, got {}': [
        'the contract: a run that belongs to a call has its context, its deadline and its number',
      ],
    },
  },
  {
    mistake: 'hands its operations a signal that it has aborted before',
    subject: {
      make: options => {
        const signal = AbortSignal.abort()
        return layer(options, (next, operation, call) =>
          next(own => operation(Object.create(own, { signal: { value: signal } }) as Call), call),
        )
      },
    },
    breaks: {
      'its signal has aborted: expected false, got true': ['the contract: an operation is told of its call'],
      'the reason of the signal of the operation: expected Error: the caller left, got AbortError: This operation was aborted':
        [
          'rule 1: an abort from outside rejects at once with its reason, though the operation listens',
          'rule 1: an abort from outside rejects at once with its reason, though the operation does not listen',
        ],
    },
  },
  {
    mistake: 'calls twice what has a deadline',
    subject: {
      make: options =>
        layer(options, (next, operation, call) => {
          if (call.deadline !== undefined) next(operation, call).catch(() => {})
          return next(operation, call)
        }),
    },
    breaks: {
      'calls: expected 1, got 2': ['the contract: an operation is told of its call'],
      'calls of the operation in aborted run 1: expected 1, got 2': [
        'rule 1: an abort from outside by the limit of the run is neither retried nor counted nor answered',
        'rule 1: an abort from outside by a policy further out is neither retried nor counted nor answered',
      ],
    },
  },
  {
    mistake: 'makes a call within the call, and forgets the deadline',
    subject: {
      make: options => layer(options, (next, operation, call) => next(operation, call.child(call.attempt, undefined))),
    },
    breaks: { 'its time is limited: expected true, got Infinity': ['the contract: an operation is told of its call'] },
  },
  {
    mistake: 'does not ask whether it is enabled',
    subject: { make: options => tellingAs({ ...readPolicyOptions('layer', options, {}), enabled: undefined }) },
    breaks: {
      'what it does: expected call in run 1, down, call in run 2, down, call in run 3, down': [
        'the contract: while it is not enabled, calls pass as if it were not there',
      ],
    },
  },
  {
    mistake: 'calls the operation by itself, and not by the next runner',
    subject: { make: options => layer(options, (_, operation, call) => promised(() => operation(call))) },
    breaks: {
      'events: expected call.started, attempt.started, attempt.settled, call.settled, got call.started, call.settled': [
        'the contract: an observer sees each run and each attempt begin and end',
      ],
    },
  },
  {
    mistake: 'takes a call for options, and loses its deadline',
    subject: {
      make: options =>
        running(telling(options), (run, operation, given) => {
          const { signal, timeoutMs, context, discard } = (given ?? {}) as RunOptions
          return run(operation, { signal, timeoutMs, context, discard })
        }),
    },
    breaks: {
      'its deadline is no later: expected true, got false': [
        'the contract: a run that belongs to a call has its context, its deadline and its number',
      ],
    },
  },
]
