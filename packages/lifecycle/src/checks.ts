/** What the failure of a check means: `critical` takes this replica out of rotation, `degrading` is only told. */
export type Impact = 'critical' | 'degrading'

export interface CheckContext {
  /** Aborts when the check has taken too long. */
  readonly signal: AbortSignal
}

/** What readiness knows a breaker by. */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'halfOpen' | 'isolated'
  readonly snapshot: () => { readonly openUntilEpochMs: number | null }
}

/** What readiness knows a bulkhead by. */
export interface Compartment {
  readonly active: number
  readonly queued: number
  readonly maxConcurrent: number
  readonly maxQueued: number
}

/** Something that readiness looks at. Without `impact` it is `degrading`. */
export type Check =
  /** Fails when it throws, rejects, returns false or takes too long. */
  | { readonly check: (context: CheckContext) => unknown; readonly impact?: Impact | undefined }
  /** Fails while the circuit lets no call through: a replica without traffic would never probe, once its open time is over. */
  | { readonly breaker: Breaker; readonly impact?: Impact | undefined }
  /** Fails while it would reject a call. */
  | { readonly bulkhead: Compartment; readonly impact?: Impact | undefined }
