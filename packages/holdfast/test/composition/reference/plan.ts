/** How an error is meant: `a` and `b` are any errors, told apart by predicates. */
export type Letter = 'a' | 'b' | 'permanent' | 'protective'

/** What one call of an operation does. */
export interface StepPlan {
  /** `return` and `throw` end it at once, without a promise. `good` and `bad` are results. */
  readonly does: 'good' | 'bad' | 'error' | 'return' | 'throw' | 'hang'
  readonly letter: Letter
  readonly afterMs: number
  /** `deaf`: never reads its signal. `watching`: reads it and goes on. `listening`: ends when it aborts. */
  readonly hearing: 'deaf' | 'watching' | 'listening'
  /** What a listening one ends with, this long after the abort. */
  readonly endsWith: 'reason' | 'value' | 'error'
  readonly cleanUpMs: number
  /** Whether the operation itself makes its caller give up. */
  readonly abortsCaller: boolean
}

export interface RunPlan {
  readonly startMs: number
  readonly key: string
  /** The calls of the operation, again from the first after the last. */
  readonly steps: readonly StepPlan[]
  /** After the start; 0 is before it. Undefined: there is no signal. */
  readonly abortAfterMs: number | undefined
  /** A callback of a policy that makes the caller give up. */
  readonly abortsIn: 'to' | 'before' | 'delayFor' | undefined
  readonly timeoutMs: number | undefined
}

export interface BackoffPlan {
  readonly shape: 'constant' | 'linear' | 'sequence' | 'exponential'
  readonly firstMs: number
  readonly nextMs: number
  readonly capMs: number
  /** `decorrelated` is that of `exponential` only. */
  readonly jitter: 'none' | 'equal' | 'full' | 'decorrelated'
}

/** What a predicate says yes to; `notB` throws when it is asked about `b`. */
export type Handled = 'all' | 'a' | 'notTimeout' | 'notB'

export interface RetryPlan {
  readonly kind: 'retry'
  readonly maxAttempts: number
  readonly backoff: BackoffPlan
  readonly handles: Handled
  readonly handlesBad: boolean
  /** The delay that errors of the letter `b` name. */
  readonly delayOfBMs: number | undefined
  readonly before: { readonly afterMs: number; readonly fails: boolean } | undefined
  readonly budget: { readonly ratio: number; readonly minPerSecond: number; readonly isShared: boolean } | undefined
}

export interface TimeoutPlan {
  readonly kind: 'timeout'
  /** By attempt, the last one for all that follow. */
  readonly limitsMs: readonly number[]
}

export type TripPlan =
  | { readonly by: 'any'; readonly of: readonly TripPlan[] }
  | { readonly by: 'row'; readonly failures: number }
  | {
      readonly by: 'rate'
      readonly threshold: number
      readonly minCalls: number
      readonly windowCalls: number | undefined
      readonly windowMs: number
      readonly slowerThanMs: number | undefined
    }

export interface BreakerPlan {
  readonly kind: 'breaker'
  readonly trip: TripPlan
  readonly openMs: number
  /** Added for each trip but the first. */
  readonly growthMs: number
  readonly probes: number
  readonly successThreshold: number
  readonly failureThreshold: number
  readonly probeTimeoutMs: number
  readonly handles: Handled
  readonly ignoresB: boolean
  readonly handlesBad: boolean
  readonly isObserving: boolean
  /** One for each key. */
  readonly isKeyed: boolean
}

export interface BulkheadPlan {
  readonly kind: 'bulkhead'
  readonly maxConcurrent: number
  readonly maxQueued: number
  readonly maxWaitMs: number
  readonly reclaimMs: number
  readonly isKeyed: boolean
}

export interface FallbackPlan {
  readonly kind: 'fallback'
  readonly handles: Handled
  readonly handlesBad: boolean
  readonly fails: boolean
  /** 0: answers without a promise. */
  readonly afterMs: number
}

export type PolicyPlan = RetryPlan | TimeoutPlan | BreakerPlan | BulkheadPlan | FallbackPlan

/** What somebody does by hand, to the breaker or bulkhead at this place of the pipeline. */
export interface HandPlan {
  readonly atMs: number
  readonly place: number
  readonly does: 'isolate' | 'close' | 'grow' | 'shrink'
}

export interface Plan {
  /** Outermost first. */
  readonly policies: readonly PolicyPlan[]
  /** How many of the last ones make a pipeline of their own. */
  readonly nested: number
  /** How many of the last ones the operation goes through by a run of their own, within its call. */
  readonly inside: number
  /** Until when the policy at this place is switched off. */
  readonly off: { readonly place: number; readonly untilMs: number }
  /** Whether somebody observes the process meanwhile. */
  readonly isObserved: boolean
  readonly runs: readonly RunPlan[]
  readonly hands: readonly HandPlan[]
}

/** An error of the script. Those that are permanent or protective say so as users' errors may. */
export class ScriptedError extends Error {
  readonly letter: Letter
  readonly code: string | undefined

  constructor(letter: Letter, message: string) {
    super(message)
    this.letter = letter
    this.code = letter === 'protective' ? 'ERR_HOLDFAST_RATE_LIMITED' : undefined
    if (letter === 'permanent') Object.assign(this, { [Symbol.for('holdfast.permanent')]: true })
  }
}

export function isHandled(handled: Handled, error: unknown): boolean {
  if (handled === 'notB' && isLetterB(error)) throw new ScriptedError('a', `cannot judge ${String(error)}`)
  if (handled === 'a') return error instanceof ScriptedError && error.letter === 'a'
  return handled !== 'notTimeout' || (error as { code?: unknown }).code !== 'ERR_HOLDFAST_TIMEOUT'
}

export const isLetterB = (error: unknown): boolean => error instanceof ScriptedError && error.letter === 'b'

export const isBad = (value: unknown): boolean => String(value).startsWith('bad')

/** The name of the policy at a place, for a key if it has one of its own. */
export const nameAt = (place: number, { kind }: PolicyPlan, key?: string): string =>
  key === undefined ? `${place} ${kind}` : `${place} ${kind} of ${key}`

/** The lots that a policy draws: sixteenths, so that all times stay exact. */
export function lotsOf(name: string): () => number {
  let state = name.length + name.charCodeAt(0)
  return () => {
    state = (state * 5 + 3) % 16
    return state / 16
  }
}
