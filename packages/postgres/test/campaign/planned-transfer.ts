import type { TransactionOptions } from '@holdfast/postgres'
import { seededRandom } from '@holdfast/testing'

export const ACCOUNTS = 12
export const FIRST_CENTS = 1_000

/** How a transfer is made. */
type Manner = 'transaction' | 'statement'

/** One transfer, as the seed has it. */
export interface PlannedTransfer {
  /** What its row in the ledger is known by: made here, outside of any transaction. */
  readonly id: number
  readonly from: number
  readonly to: number
  readonly cents: number
  readonly manner: Manner
  /** Locks the accounts in this order, in which another may have them the other way round. */
  readonly locks: readonly [number, number]
  readonly isolation: NonNullable<TransactionOptions['isolation']>
  /** Its caller leaves after so long; undefined for those that stay. */
  readonly leavesAfterMs: number | undefined
  readonly timeoutMs: number | undefined
  /** Its callback throws at its end. */
  readonly changesItsMind: boolean
}

const isolations = ['read committed', 'repeatable read', 'serializable'] as const

export function plannedTransfer(id: number, seed: number): PlannedTransfer {
  const random = seededRandom(seed * 1_000_003 + id)
  const below = (limit: number): number => Math.floor(random() * limit)
  const from = 1 + below(ACCOUNTS)
  const to = 1 + ((from + below(ACCOUNTS - 1)) % ACCOUNTS)
  return {
    id,
    from,
    to,
    cents: 1 + below(50),
    manner: random() < 0.8 ? 'transaction' : 'statement',
    locks: random() < 0.5 ? [from, to] : [to, from],
    isolation: isolations[below(isolations.length)] ?? 'serializable',
    leavesAfterMs: random() < 0.1 ? below(60) : undefined,
    timeoutMs: random() < 0.1 ? 1 + below(80) : undefined,
    changesItsMind: random() < 0.05,
  }
}
