import { isHoldfastError } from '@holdfast/core'
import { type ErrorLike, levelsOf } from '@holdfast/core/kernel'

/**
 * What an error says about the work. `rolled back`: the server undid it, as for a deadlock. `never started`: it was not
 * begun. `connection lost`: nobody knows how far it got. `unknown outcome`: the server itself says so. `failover`: this
 * server takes no writes any more. `cancelled`: a limit passed, or somebody cancelled it. `permanent`: it would end alike.
 */
export type FailureKind =
  | 'rolled back'
  | 'never started'
  | 'connection lost'
  | 'unknown outcome'
  | 'failover'
  | 'cancelled'
  | 'permanent'

/**
 * What may be done next. `repeat`: do it again; `repeat once`: on another connection; `repeat reads`: where repeating
 * cannot change anything; `probe`: ask the server what became of it; `stop`: tell the caller.
 */
export type NextStep = 'repeat' | 'repeat once' | 'repeat reads' | 'probe' | 'stop'

/** What `classify` makes of an error. */
export interface ClassifiedFailure {
  /** What it says about the work. */
  readonly kind: FailureKind
  /** The SQLSTATE, or the code of the socket; undefined where the message told, or nothing did. */
  readonly code: string | undefined
  /** What may be done where it ends a transaction, before its COMMIT: `repeat` is about the whole of it. */
  readonly inside: NextStep
  /** What may be done with a statement that stands alone. SQL text cannot tell a read from a write. */
  readonly outside: NextStep
  /** Whether the connection can still be used. */
  readonly keepsConnection: boolean
  /** Whether it speaks of the database, and not of the statement: such are failures to a circuit breaker. */
  readonly isUnhealthy: boolean
}

type Row = Omit<ClassifiedFailure, 'code'>

const rows = {
  rolledBack: says('rolled back', 'repeat', 'repeat reads', { keepsConnection: true }),
  neverStarted: says('never started', 'repeat', 'repeat', { isUnhealthy: true }),
  stalePlan: says('never started', 'stop', 'repeat once', {}),
  connectionLost: says('connection lost', 'repeat', 'repeat reads', { isUnhealthy: true }),
  unknownOutcome: says('unknown outcome', 'probe', 'probe', { isUnhealthy: true }),
  failover: says('failover', 'repeat', 'repeat', {}),
  cancelled: says('cancelled', 'stop', 'stop', { keepsConnection: true }),
  hung: says('cancelled', 'stop', 'stop', {}),
  permanent: says('permanent', 'stop', 'stop', { keepsConnection: true }),
  rejected: says('permanent', 'stop', 'stop', {}),
  exhausted: says('permanent', 'stop', 'stop', { keepsConnection: true, isUnhealthy: true }),
} as const

function says(kind: FailureKind, inside: NextStep, outside: NextStep, facts: Partial<Row>): Row {
  return { kind, inside, outside, keepsConnection: false, isUnhealthy: false, ...facts }
}

// The names are those of errcodes.txt in the sources of PostgreSQL.
const byCode: ReadonlyMap<unknown, Row> = new Map<string, Row>([
  // transaction_rollback, serialization_failure, deadlock_detected, lock_not_available
  ...of(rows.rolledBack, ['40000', '40001', '40P01', '55P03']),
  // cannot_connect_now, too_many_connections, sqlclient_unable_to_establish_sqlconnection, and that a server rejects it
  ...of(rows.neverStarted, ['57P03', '53300', '08001', '08004']),
  ...of(rows.neverStarted, ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENOTFOUND', 'EAI_AGAIN']),
  // invalid_sql_statement_name: the prepared statement is on another connection, as behind a pooler
  ...of(rows.stalePlan, ['26000']),
  // connection_exception, _does_not_exist, _failure, and what poolers answer when they have lost the server
  ...of(rows.connectionLost, ['08000', '08003', '08006', '08P01']),
  // admin_shutdown, crash_shutdown, idle_session_timeout
  ...of(rows.connectionLost, ['57P01', '57P02', '57P05']),
  ...of(rows.connectionLost, ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']),
  // transaction_resolution_unknown, statement_completion_unknown
  ...of(rows.unknownOutcome, ['08007', '40003', 'ERR_HOLDFAST_UNKNOWN_OUTCOME']),
  // read_only_sql_transaction: it was the primary a moment ago
  ...of(rows.failover, ['25006']),
  // query_canceled
  ...of(rows.cancelled, ['57014', 'ERR_HOLDFAST_TIMEOUT']),
  // idle_in_transaction_session_timeout, transaction_timeout: the server closes the connection
  ...of(rows.hung, ['25P03', '25P04']),
  // database_dropped
  ...of(rows.rejected, ['57P04']),
  // insufficient_resources, disk_full, out_of_memory, configuration_limit_exceeded, io_error
  ...of(rows.exhausted, ['53000', '53100', '53200', '53400', '58030']),
])

function of(row: Row, codes: readonly string[]): [string, Row][] {
  return codes.map(code => [code, row])
}

// What pg and pg-pool say without a code.
const byMessage: ReadonlyMap<unknown, Row> = new Map<string, Row>([
  ...of(rows.neverStarted, ['timeout exceeded when trying to connect', 'timeout expired']),
  ...of(rows.neverStarted, ['Connection terminated due to connection timeout']),
  ...of(rows.neverStarted, ['Client has encountered a connection error and is not queryable']),
  ...of(rows.neverStarted, ['Client was closed and is not queryable']),
  ...of(rows.connectionLost, ['Connection terminated unexpectedly', 'Connection terminated']),
  ...of(rows.hung, ['Query read timeout']),
])

/** feature_not_supported, which is also what a prepared statement meets whose table has changed. */
const STALE_PLAN = '0A000'

/**
 * What an error of `pg` says, by its SQLSTATE, by the code of its socket or, where pg sets none, by its message. Causes are
 * looked at, too, as ORMs wrap what they get; the outermost that is known counts. What is not known is permanent.
 *
 * @example
 * if (classify(error).kind === 'rolled back') metrics.conflicts.add(1)
 */
export function classify(error: unknown): ClassifiedFailure {
  for (const level of levelsOf(error)) {
    for (const facts of level) {
      const known = rowOf(facts)
      if (known !== undefined) return { ...known, code: codeOf(facts) }
    }
  }
  return { ...rows.permanent, code: undefined }
}

function rowOf(facts: ErrorLike): Row | undefined {
  const { code, message, severity, syscall } = facts
  const known = byCode.get(code) ?? byMessage.get(message)
  // What ends a connection is never a mere ERROR: that comes from another server, to which this one is connected, or says
  // that the client has made a mistake.
  if (severity === 'ERROR' && (known === rows.connectionLost || known === rows.neverStarted)) return rows.permanent
  if (known !== undefined) return known
  // A socket in the file system that is not there yet.
  if (code === 'ENOENT' && syscall === 'connect') return rows.neverStarted
  if (code === STALE_PLAN && String(message).includes('cached plan')) return rows.stalePlan
  // The database was not asked.
  if (isHoldfastError(facts)) return { ...rows.neverStarted, isUnhealthy: false, keepsConnection: true }
  return isAnswer(facts) ? rows.permanent : undefined
}

/** Whether it is an error that the server has sent: those have a severity. */
export function isAnswer({ severity, code }: ErrorLike): boolean {
  return typeof severity === 'string' && typeof code === 'string'
}

function codeOf({ code }: ErrorLike): string | undefined {
  return typeof code === 'string' ? code : undefined
}
