import { type CommonOptions, type Policy, type PolicyEvent, TimeoutError } from '@holdfast/core'
import {
  answerFor,
  definePolicy,
  duration,
  Emitter,
  oneOf,
  type Runner,
  readPolicyOptions,
} from '@holdfast/core/kernel'

export interface CuttingOptions extends CommonOptions {
  readonly limitMs: number
  readonly origin?: 'timeout' | 'loser'
}

/** A layer that gives up on its call after a while, as timeouts do, or hedges with the losers of their race. */
export function cutting(options: CuttingOptions): Policy {
  const { limitMs, origin, ...identity } = readPolicyOptions('cutting', options, {
    limitMs: duration(1),
    origin: oneOf(['timeout', 'loser'], 'timeout'),
  })
  const { clock, name } = identity
  const link =
    (next: Runner): Runner =>
    (operation, parent) => {
      const call = parent.child(parent.attempt, Math.min(parent.deadlineMs, clock.nowMs() + limitMs), true)
      const answer = answerFor(call)
      answer.limit(clock, limitMs, () => call.scope.abort({ origin, reason: new TimeoutError(name, limitMs), limitMs }))
      return answer.promise(next, operation)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter(identity), link }, {})
}
