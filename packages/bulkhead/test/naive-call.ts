import type { Coming } from './coming.ts'

/** Somebody who came, and how far it has got. */
export interface NaiveCall {
  readonly id: number
  readonly coming: Coming
  slot: 'none' | 'queued' | 'granted' | 'held'
  work: 'before' | 'going' | 'ended'
  outcome: string | undefined
  queuedAtMs: number
}
