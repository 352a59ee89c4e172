import type { Facts } from './log.ts'
import type { RunPlan } from './plan.ts'
import type { Scope } from './scope.ts'
import type { Time } from './time.ts'

export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** Calls what is inside, and has its outcome told, once, if it ever ends. */
export type Next = (scope: Scope, answer: (outcome: Outcome) => void) => void
export type Layer = (next: Next) => Next

/** Where the interpreted policies live. */
export interface World {
  readonly time: Time
  readonly tell: (facts: Facts, scope?: Scope) => void
  /** Makes the caller of the run give up. */
  readonly abort: (scope: Scope) => void
  /** Makes the caller give up if it does so in this callback. */
  readonly calledBack: (callback: RunPlan['abortsIn'], scope: Scope) => void
}

/** A policy that somebody may act upon by hand. */
export interface Handled {
  readonly layer: Layer
  readonly hand: (does: 'isolate' | 'close' | 'grow' | 'shrink') => void
  /** What it says of itself in the end. */
  readonly state: () => unknown
}

/** The rejection of a policy. */
export class PolicyError extends Error {
  readonly code: string
  readonly policy: string

  constructor(code: string, policy: string, facts: Readonly<Record<string, unknown>>) {
    super()
    this.code = `ERR_HOLDFAST_${code}`
    this.policy = policy
    Object.assign(this, facts)
  }
}

export function isProtective(error: unknown): boolean {
  const { code } = error as { readonly code?: string }
  return code?.startsWith('ERR_HOLDFAST_') === true && code !== 'ERR_HOLDFAST_TIMEOUT'
}

/** What a predicate of the user's says, or throws. */
export function attempted<T>(ask: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: ask() }
  } catch (error) {
    return { error }
  }
}
