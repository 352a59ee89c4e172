import type { PolicyEvent } from '@holdfast/core'

interface Occupancy extends PolicyEvent {
  /** Slots that are taken, after what the event tells. */
  readonly active: number
  /** Calls that wait for a slot, after what the event tells. */
  readonly queued: number
}

/** A call waits for a slot. */
export interface BulkheadQueued extends Occupancy {
  readonly type: 'bulkhead.queued'
}

/** A call got a slot. */
export interface BulkheadAcquired extends Occupancy {
  readonly type: 'bulkhead.acquired'
  /** How long it had waited, in milliseconds; 0 when a slot was free. */
  readonly waitMs: number
}

/** A call was not let in. */
export interface BulkheadRejected extends Occupancy {
  readonly type: 'bulkhead.rejected'
  /** `full`: neither slot nor place in the queue. `waited`: longer than `maxWaitMs`. `deadline`: it had passed. */
  readonly reason: 'full' | 'waited' | 'deadline'
}

/** A slot was taken back from work that went on for `reclaimMs` after its caller had been answered. */
export interface BulkheadReclaimed extends Occupancy {
  readonly type: 'bulkhead.reclaimed'
}

/** The events of a bulkhead. */
export type BulkheadEvent = BulkheadQueued | BulkheadAcquired | BulkheadRejected | BulkheadReclaimed
