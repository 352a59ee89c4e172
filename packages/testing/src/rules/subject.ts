import type { AnyPolicy, CommonOptions } from '@holdfast/core'
import type { VirtualClock } from '../virtual-clock.ts'

/** The options that a rule gives to the policy under test: spread them into its own. */
export interface RuleOptions extends CommonOptions {
  readonly clock: VirtualClock
}

/** A policy that is put to the rules, and what only its author knows about it. */
export interface RuleSubject {
  /** Makes the policy: `options => retry({ ...options, maxAttempts: 2 })`. One failure alone must not make it reject. */
  readonly make: (options: RuleOptions) => AnyPolicy
  /** How many operations it lets run at once, an integer of at least 1. Default: Infinity. */
  readonly maxConcurrent?: number
  /** The shortest wait between attempts in milliseconds, above 0. Default: it calls an operation once. */
  readonly waitMs?: number
  /** Makes the policy with a predicate of the user's, by the name of the option. It must ask it of errors or of results. */
  readonly predicates?: Readonly<Record<string, (options: RuleOptions, predicate: () => boolean) => AnyPolicy>>
  /** The same for other callbacks. Of `callback`, the rules want only that what it throws arrives. */
  readonly callbacks?: Readonly<Record<string, (options: RuleOptions, callback: () => never) => AnyPolicy>>
  /** Makes the policy with room for one operation, and for at least ten that wait for it. Default: nothing ever waits. */
  readonly makeQueueing?: (options: RuleOptions) => AnyPolicy
  /** How the policy comes to reject by itself. Default: it never does. */
  readonly rejection?: RuleRejection
}

/** How a policy comes to reject, and what with. */
export interface RuleRejection {
  /** The stable code of the error. */
  readonly code: string
  /** Makes `policy` reject a run, and returns that run. */
  readonly provoke: (policy: AnyPolicy, clock: VirtualClock) => Promise<unknown>
  /** How long it goes on to reject at most, in milliseconds. Default: that is up to others. */
  readonly recoversWithinMs?: number
}
