import {
  type AnyPolicy,
  type Clock,
  keyed,
  type Policy,
  type PolicyEvent,
  pipeline,
  TimeoutError,
} from '@holdfast/core'
import { Answer, definePolicy, Emitter, type Origin, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import type { RuleOptions, RuleSubject } from './subject.ts'

/** What a check has to work with: the policy in one of the places where it must keep the rules. */
export interface Trial {
  readonly subject: RuleSubject
  readonly clock: VirtualClock
  /** Makes the policy of the subject, or another one, and puts it in its place. */
  readonly make: (options?: Partial<RuleOptions>, make?: RuleSubject['make']) => AnyPolicy
}

/** One rule of all policies. */
export interface Rule {
  readonly title: string
  /** False for a policy that the rule says nothing about. */
  readonly concerns?: (subject: RuleSubject) => boolean
  /** True of a rule that is the same wherever the policy stands. */
  readonly isAboutMaking?: boolean
  readonly check: (trial: Trial) => Promise<void>
}

/** Where a policy may stand. All that it promises, it promises in each of these places. */
export const places: Readonly<Record<string, (policy: AnyPolicy, clock: Clock) => AnyPolicy>> = {
  alone: policy => policy,
  'in a pipeline': (policy, clock) => pipeline(passing(clock), policy, passing(clock)),
  'in keyed': (policy, clock) => keyed({ by: () => 'key', make: () => policy, clock }),
}

export function trialOf(subject: RuleSubject, put: (policy: AnyPolicy, clock: Clock) => AnyPolicy): Trial {
  const clock = virtualClock()
  return {
    subject,
    clock,
    make: (options, make = subject.make) => put(make({ clock, ...options }), options?.clock ?? clock),
  }
}

/** The smallest layer: it passes every call on. */
function passing(clock: Clock): Policy {
  const emitter = new Emitter<PolicyEvent>(readPolicyOptions('passing', { clock }, {}))
  return definePolicy<never, PolicyEvent, object>({ emitter, link: next => next }, {})
}

/** A layer further out that no longer wants the answer after `limitMs`: as timeouts do, or hedges with the losers. */
export function cutting(clock: Clock, limitMs: number, origin: Origin): Policy {
  const identity = readPolicyOptions('cutting', { clock }, {})
  const link =
    (next: Runner): Runner =>
    (operation, parent) => {
      const answer = new Answer()
      parent.child(parent.attempt, Math.min(parent.deadlineMs, clock.nowMs() + limitMs), answer)
      const reason = new TimeoutError(identity.name, limitMs)
      answer.limit(clock, limitMs, () => answer.abort({ origin, reason, limitMs }))
      return answer.promise(next, operation)
    }
  return definePolicy<never, PolicyEvent, object>({ emitter: new Emitter<PolicyEvent>(identity), link }, {})
}
