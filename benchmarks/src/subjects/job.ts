import type { Call } from '../harness/interleaved.ts'

/** What is protected. */
export type Work = () => Promise<number> | number

/** Protects work and returns what makes one call of it. */
export type Maker = (work: Work) => Call

/** Work that looks at the signal of its attempt. */
export type HeedfulWork = (call: { readonly signal: AbortSignal }) => Promise<number> | number

export type HeedfulMaker = (work: HeedfulWork) => Call

export type Capability = 'retries' | 'timesOut' | 'breaks' | 'limits' | 'fallsBack'

/** One job, done by several libraries, each used as its README tells. */
export interface Job {
  readonly name: string
  readonly does: readonly Capability[]
  readonly makers: Readonly<Record<string, Maker>>
}

/** The same for all of them. */
export const MAX_ATTEMPTS = 3
export const TIMEOUT_MS = 1_000
/** Of a whole call, where it has one. */
export const DEADLINE_MS = 5_000
export const FAILURES_TO_OPEN = 5
export const OPEN_MS = 5_000
export const MAX_CONCURRENT = 10
/** What a fallback answers. */
export const STALE = 0
/** What an operation answers. */
export const FRESH = 1
