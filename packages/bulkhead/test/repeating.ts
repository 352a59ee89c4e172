import type { CommonOptions, Operation, Policy, PolicyEvent } from '@holdfast/core'
import { definePolicy, Emitter, integer, type KernelCall, type Runner, readPolicyOptions } from '@holdfast/core/kernel'

/** A layer that calls again at once, until `times` calls have failed. */
export function repeating(options: CommonOptions & { readonly times: number }): Policy {
  const { times, ...identity } = readPolicyOptions('repeating', options, { times: integer(1) })
  const link =
    (next: Runner): Runner =>
    <T>(operation: Operation<T>, call: KernelCall): Promise<T> => {
      const attempt = (number: number): Promise<T> =>
        next(operation, call.child(number, call.deadline)).catch((error: unknown) => {
          if (number === times || call.cancelled !== undefined) throw error
          return attempt(number + 1)
        })
      return attempt(1)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter(identity), link }, {})
}
