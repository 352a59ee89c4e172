export { BulkheadFullError } from '@holdfast/core'
export { type Bulkhead, type BulkheadOptions, bulkhead } from './bulkhead.ts'
export type {
  BulkheadAcquired,
  BulkheadEvent,
  BulkheadQueued,
  BulkheadReclaimed,
  BulkheadRejected,
} from './events.ts'
export type { Permit } from './permit.ts'
