import type { CommonOptions, Policy, PolicyEvent } from '@holdfast/core'
import { definePolicy, duration, Emitter, type Runner, readPolicyOptions } from '@holdfast/core/kernel'

/** A layer that lets time pass before it passes a call on, as backoffs and queues do. */
export function waiting(options: CommonOptions & { readonly ms: number }): Policy {
  const { ms, ...identity } = readPolicyOptions('waiting', options, { ms: duration(1) })
  const link =
    (next: Runner): Runner =>
    async (operation, call) => {
      await new Promise<void>(resolve => {
        identity.clock.setTimeout(resolve, ms)
      })
      return next(operation, call)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter(identity), link }, {})
}
