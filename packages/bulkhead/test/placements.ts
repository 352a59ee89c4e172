import { type AnyPolicy, type Clock, keyed, type Policy, pipeline } from '@holdfast/core'
import { definePolicy, Emitter, readPolicyOptions } from '@holdfast/core/kernel'

/** The smallest layer: it passes every call on. */
function passing(clock: Clock): Policy {
  const emitter = new Emitter(readPolicyOptions('passing', { clock }, {}))
  return definePolicy({ emitter, link: next => next }, {})
}

/** Where a policy may stand. All that it promises, it promises in each of these places. */
export const placements: readonly { place: string; put: (policy: AnyPolicy, clock: Clock) => AnyPolicy }[] = [
  { place: 'alone', put: policy => policy },
  { place: 'in a pipeline', put: (policy, clock) => pipeline(passing(clock), policy, passing(clock)) },
  { place: 'in keyed', put: (policy, clock) => keyed({ by: () => 'key', make: () => policy, clock }) },
]
