import type { AnyPolicy } from '@holdfast/core'
import { decides, Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import type { RuleOptions, RuleSubject } from '@holdfast/testing'
import { breakerTimedBy, steadyStopwatch } from './breaking.ts'
import { type Failed, layer, running, telling } from './layers.ts'
import { freeAtTheEnd, onePlace, rejection } from './places.ts'
import { queueing, withQueue } from './queueing.ts'
import { repeating, WAIT_MS } from './repeating.ts'

/** Policies without a mistake. There is one for each kind of rule. */
export const faultless: Readonly<Record<string, RuleSubject>> = {
  'a policy that does nothing': { make: options => layer(options) },
  'a policy that tells each failure': { make: telling },
  'a policy with one place': { make: options => onePlace(options, freeAtTheEnd), maxConcurrent: 1, rejection },
  'a policy that tells who takes its only place': { make: tellingPlace, maxConcurrent: 1, rejection },
  'a policy with a queue': withQueue(queueing),
  'a policy that calls once more': { make: repeating, waitMs: WAIT_MS },
  'a breaker': breakerTimedBy(steadyStopwatch),
  'a policy that asks callbacks': {
    make: options => layer(options),
    predicates: { handles: (options, handles) => asking(options, () => decides('layer', 'handles', handles())) },
    callbacks: { to: (options, to) => asking(options, to) },
  },
  'a policy that listens by itself, and not through the kernel': {
    make: options =>
      running(telling(options), (run, operation, given = {}) => {
        if ('attempt' in given || given.signal === undefined || given.signal.aborted) return run(operation, given)
        const { signal, ...rest } = given
        const controller = new AbortController()
        const ended = new AbortController()
        const abort = (): void => controller.abort(signal.reason)
        signal.addEventListener('abort', abort, { once: true, signal: ended.signal })
        return run(operation, { ...rest, signal: controller.signal }).finally(() => ended.abort())
      }),
  },
}

function tellingPlace(options: RuleOptions): AnyPolicy {
  const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
  const policy = onePlace(options, (next, operation, call, free) => {
    emitter.emit({ type: 'layer.failed', error: undefined }, call)
    return freeAtTheEnd(next, operation, call, free)
  })
  return Object.assign(policy, { subscribe: (listener: (event: Failed) => unknown) => emitter.subscribe(listener) })
}

/** Asks of each error, for the sake of asking. */
function asking(options: RuleOptions, ask: () => unknown): ReturnType<RuleSubject['make']> {
  return layer(options, (next, operation, call) =>
    next(operation, call).then(undefined, (error: unknown) => {
      ask()
      throw error
    }),
  )
}
