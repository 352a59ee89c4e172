import { UnknownOutcomeError } from '@holdfast/core'
import type { ErrorLike } from '@holdfast/core/kernel'
import type { AbortGate } from './abort-gate.ts'
import { classify, isAnswer } from './classify.ts'
import type { Lease } from './lease.ts'
import type { CommitOutcome } from './outcome.ts'
import { RolledBackError } from './rolled-back-error.ts'

export interface Commit {
  readonly name: string
  readonly gate: AbortGate
  /** Asks the server what became of the transaction, until `expired` at most. */
  readonly find: (expired: Promise<void>) => Promise<CommitOutcome> | CommitOutcome
}

/**
 * Commits. Resolves when that is done for certain, and rejects with an `UnknownOutcomeError` where it is not known; with any
 * other error the transaction has been rolled back.
 */
export async function commit(lease: Lease, { name, gate, find }: Commit): Promise<void> {
  const expired = gate.hold()
  const sent = lease.commit().then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const failure = await Promise.race([sent, expired.then(() => ({ error: gate.reason, isExpired: true }))])
  if (failure === undefined) return
  const { error } = failure
  if (!('isExpired' in failure) && isAnswered(error)) {
    gate.letGo()
    throw error
  }
  // To ask, its place in the pool may be needed.
  lease.abandon()
  const outcome = 'isExpired' in failure ? 'unknown' : await find(expired)
  if (outcome === 'committed') return
  if (outcome === 'unknown') throw new UnknownOutcomeError(name, 'COMMIT', { cause: error })
  gate.letGo()
  throw error
}

/** Whether the server itself has said that the COMMIT failed. One that ends the connection may have carried it out. */
function isAnswered(error: unknown): boolean {
  return error instanceof RolledBackError || (isAnswer(error as ErrorLike) && classify(error).keepsConnection)
}
