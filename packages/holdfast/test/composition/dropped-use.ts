import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import type { VirtualClock } from '@holdfast/testing'
import { type AnyPolicy, consecutiveFailures } from 'holdfast'
import { contextOf } from './call-key.ts'

/** What lives on when a policy is dropped. */
export interface Living {
  readonly clock: VirtualClock
  readonly controller: AbortController
  /** Holds what it is given. */
  readonly hold: <T>(thing: T) => T
  /** Is shown what the policy alone holds, and what is to be freed with it. */
  readonly lend: <T extends object>(thing: T) => T
}

/** A way to use a policy, which it returns and does not hold. */
export interface Use {
  readonly name: string
  readonly use: (living: Living) => AnyPolicy | Promise<AnyPolicy>
}

export const name = 'dropped'
export const trip = consecutiveFailures(1)
export const up = (): string => 'up'
export const fail = (policy: AnyPolicy, key = 'any'): Promise<unknown> =>
  rejectionOf(policy.run(() => Promise.reject(new Error('down')), { context: contextOf(key) }))
/** A promise that never settles, and that somebody holds. */
export const workOf =
  ({ hold }: Living) =>
  (): Promise<never> =>
    hold(new Promise(() => {}))
