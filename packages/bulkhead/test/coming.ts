/** The bounds of a bulkhead. */
export interface Limits {
  readonly maxConcurrent: number
  readonly maxQueued: number
  readonly maxWaitMs: number
  readonly reclaimMs: number
}

/** How somebody comes to a bulkhead. */
export interface Coming {
  readonly as: 'run' | 'acquire' | 'tryAcquire'
  /** Where a layer stands that gives up after `cutMs`. */
  readonly cut: 'no' | 'outside' | 'inside'
  readonly cutMs: number
  readonly timeoutMs: number
  /** What its signal says. */
  readonly signal: 'none' | 'quiet' | 'aborted'
  /** The clock steps over its deadline before it has come through. */
  readonly isLate: boolean
  /** What its work does: throw or return at once, go on until told, or so and listen to its signal. */
  readonly work: 'throws' | 'returns' | 'deaf' | 'listens'
}

/** What happens next. */
export type Step =
  | { readonly does: 'come'; readonly coming: Coming }
  | { readonly does: 'end'; readonly which: number; readonly how: 'value' | 'error' }
  | { readonly does: 'release'; readonly which: number; readonly how: 'once' | 'twice' | 'dispose' }
  | { readonly does: 'leave'; readonly which: number }
  | { readonly does: 'update'; readonly maxConcurrent: number }
  | { readonly does: 'advance' | 'jump'; readonly ms: number }
  | { readonly does: 'toggle' }
