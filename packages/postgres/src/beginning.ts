import { isUnlimited } from '@holdfast/core/kernel'
import type { PostgresSettings } from './options.ts'
import type { ReadTransactionOptions } from './query-options.ts'

/** What the way to the server and back may take of the time that is left, as a share of it, and at most, in milliseconds. */
const MARGIN = 0.1
const LONGEST_MARGIN_MS = 100

/** BEGIN with all that the transaction is to be, in one message. `set local` ends with it, also behind a pooler. */
export function beginning(
  { isolation, readOnly, deferrable }: ReadTransactionOptions,
  { timeouts }: PostgresSettings,
  remainingMs: number,
): string {
  const modes = [
    isolation !== undefined && `ISOLATION LEVEL ${isolation.toUpperCase()}`,
    readOnly && 'READ ONLY',
    deferrable && 'DEFERRABLE',
  ].filter(mode => typeof mode === 'string')
  const leftMs = remainingMs - Math.min(remainingMs * MARGIN, LONGEST_MARGIN_MS)
  const statementMs = Math.min(timeouts.statementMs, leftMs)
  // A lock is waited for within a statement.
  const lockMs = Math.min(timeouts.lockMs, statementMs / 2)
  return [
    ['BEGIN', ...modes].join(' '),
    ...limiting('statement_timeout', statementMs),
    ...limiting('lock_timeout', lockMs),
  ].join('; ')
}

function limiting(setting: string, limitMs: number): string[] {
  // To the server, 0 is no limit.
  return isUnlimited(limitMs) ? [] : [`SET LOCAL ${setting} = ${Math.max(1, Math.floor(limitMs))}`]
}
