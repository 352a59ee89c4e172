import type { AnyPolicy } from '@holdfast/core'
import { callGuarded, unref } from '@holdfast/core/kernel'
import type { Broken } from './broken.ts'
import { layer, running } from './layers.ts'

const policies = new Set<AnyPolicy>()

/** Mistakes with rule 5: nothing left behind. */
export const brokenLeftBehind: readonly Broken[] = [
  {
    mistake: 'never takes its listener off the signal',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) => {
          given?.signal?.addEventListener('abort', () => operation)
          return run(operation, given)
        }),
    },
    breaks: {
      'listeners: expected 0, got 1': [
        'rule 5: after a value, no timer and no listener is left',
        'rule 5: after a failure, no timer and no listener is left',
        'rule 5: after a synchronous throw, no timer and no listener is left',
        'rule 5: after an abort, no timer and no listener is left',
      ],
      'listeners: expected 1, got 2': ['rule 5: a run holds one listener on the signal of its caller at most'],
      'nearly all operations of 100 runs were freed: expected true, got 0': [
        'rule 5: a long-lived call holds nothing of the runs within it',
      ],
    },
  },
  {
    mistake: 'listens to the signal a second time',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) => {
          const onAbort = (): void => {}
          given?.signal?.addEventListener('abort', onAbort)
          return run(operation, given).finally(() => given?.signal?.removeEventListener('abort', onAbort))
        }),
    },
    breaks: {
      'listeners: expected 1, got 2': ['rule 5: a run holds one listener on the signal of its caller at most'],
    },
  },
  {
    mistake: 'forgets what came too late',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given) =>
          given !== undefined && 'discard' in given
            ? run(operation, { timeoutMs: given.timeoutMs })
            : run(operation, given),
        ),
    },
    breaks: {
      'discarded: expected connection, got nothing': ['rule 5: a value that comes too late goes to discard, once'],
    },
  },
  {
    mistake: 'discards by itself what the kernel discards too',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(operation, call).then(value => {
            const discard = call.root.scope.given?.discard
            if (call.cancelled !== undefined && discard) callGuarded('discard', () => discard(value as never))
            return value
          }),
        ),
    },
    breaks: {
      'discarded: expected connection, got connection, connection': [
        'rule 5: a value that comes too late goes to discard, once',
      ],
    },
  },
  {
    mistake: 'remembers the last operations that it has run',
    subject: {
      make: options => {
        const last: unknown[] = []
        return layer(options, (next, operation, call) => {
          last.push(operation)
          if (last.length > 1_000) last.shift()
          return next(operation, call)
        })
      },
    },
    breaks: {
      'nearly all operations of 100 runs were freed: expected true, got 0': [
        'rule 5: a long-lived call holds nothing of the runs within it',
      ],
    },
  },
  {
    mistake: 'keeps a list of all policies that were ever made',
    subject: {
      make: options => {
        const policy = layer(options)
        policies.add(policy)
        return policy
      },
    },
    breaks: {
      'policies that were freed: expected 1, got 0': [
        'rule 5: a policy that nobody holds is freed, though its runs are remembered',
      ],
    },
  },
  {
    mistake: 'has an interval that keeps it alive',
    subject: {
      make: options => {
        const policy = layer(options)
        unref(setInterval(() => policy.name, 3_600_000))
        return policy
      },
    },
    breaks: {
      'policies that were freed: expected 1, got 0': [
        'rule 5: a policy that nobody holds is freed, though its runs are remembered',
      ],
    },
  },
]
