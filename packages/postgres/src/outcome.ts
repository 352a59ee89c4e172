import type { ErrorLike } from '@holdfast/core/kernel'
import type { PoolClient } from 'pg'
import { classify, isAnswer } from './classify.ts'
import { backendOf } from './connection.ts'
import { connected, type Gateway } from './gateway.ts'
import type { Lease } from './lease.ts'
import { paused } from './time.ts'
import type { Work } from './work.ts'

/** What a transaction is known by once its connection is gone. */
export interface TransactionMark {
  readonly xid: string
  /** The history that the server writes. A standby that takes over begins another, and may give the number away again. */
  readonly timeline: string
  /** Where the server's log stood before the COMMIT, whose own record is further on. */
  readonly position: string
  /** Where the recovery ended by which the server had started; null where it had been shut down in good order. */
  readonly recovered: string | null
  /** The process that served it. */
  readonly backend: number | null
}

type Mark = Omit<TransactionMark, 'backend'>

export type CommitOutcome = 'committed' | 'rolled back' | 'unknown'

const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS timeline'
const MARK = `SELECT pg_current_xact_id()::text AS xid, ${TIMELINE},
  pg_current_wal_insert_lsn()::text AS position, pg_last_wal_replay_lsn()::text AS recovered`
// A server that crashes forgets what it had not written, the number of the transaction included, and gives it to another. So
// where a recovery since has ended before the COMMIT, the number must not be asked about.
const STATUS = `SELECT ${TIMELINE}, CASE
  WHEN recovered IS DISTINCT FROM $2::pg_lsn AND recovered < $3::pg_lsn THEN 'aborted'
  ELSE pg_xact_status($1::xid8) END AS status
  FROM pg_last_wal_replay_lsn() AS recovered`
/** The process that served it waits, perhaps for ever, for what its client says next. Only that one: numbers come again. */
const END_BACKEND =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid = $2::xid8::xid'

/** How often the server is asked, in milliseconds: at first, and at most. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500
/** A transaction without any limit asks for no longer than this, in milliseconds. */
const LONGEST_SEARCH_MS = 60_000
/** After this many answers that it is still in progress, the process that served it is ended. */
const PATIENCE = 5

/**
 * Says what became of a transaction whose COMMIT was never answered, by the functions of "Transaction ID and Snapshot
 * Information" in the manual of PostgreSQL, version 13 and later.
 */
export class Outcomes {
  readonly #gateway: Gateway
  /** Whether the server can be asked; undefined as long as that was not tried. */
  #canTell: boolean | undefined

  constructor(gateway: Gateway) {
    this.#gateway = gateway
  }

  /** Finds out, once, whether this server has what it takes: within the transaction, an error would end that. */
  async prepare(client: PoolClient, work: Work): Promise<void> {
    if (this.#canTell !== undefined) return
    try {
      await this.#gateway.silence.unless(client, client.query(MARK))
      this.#canTell = true
    } catch (error) {
      if (!isAnswer(error as ErrorLike) || classify(error).kind !== 'permanent') throw work.meets(error, 'before')
      // A standby cannot tell, but it may be the primary tomorrow.
      if (!isRecovering(error)) this.#canTell = false
    }
  }

  /**
   * Of the transaction that is open on a connection, before its COMMIT. It gives a number to one that has none: such a one may
   * still do something at its COMMIT, as notify, or write to the table of another server.
   */
  async markOf(lease: Lease): Promise<TransactionMark | undefined> {
    if (this.#canTell !== true) return undefined
    const { rows } = await lease.send<Mark>(MARK)
    const [row] = rows
    return row && { ...row, backend: backendOf(lease.client) }
  }

  /** Asks until the server knows, or until `expired`. */
  async find(mark: TransactionMark | undefined, expired: Promise<void>): Promise<CommitOutcome> {
    if (mark === undefined) return 'unknown'
    const { clock } = this.#gateway.settings
    const untilMs = clock.nowMs() + LONGEST_SEARCH_MS
    const over = expired.then(() => 'unknown' as const)
    let pauseMs = FIRST_PAUSE_MS
    for (let times = 1; clock.nowMs() < untilMs; times++) {
      const outcome = await Promise.race([this.#ask(mark, times > PATIENCE), over])
      if (outcome !== undefined) return outcome
      const unknown = await Promise.race([paused(clock, pauseMs), over])
      if (unknown !== undefined) return unknown
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
    return 'unknown'
  }

  /** Undefined where it must be asked again. */
  async #ask(mark: TransactionMark, isImpatient: boolean): Promise<CommitOutcome | undefined> {
    const { xid, timeline, position, recovered, backend } = mark
    let client: PoolClient | undefined
    try {
      client = await connected(this.#gateway)
      const answer = await this.#send<{ status: string | null; timeline: string }>(client, STATUS, [
        xid,
        recovered,
        position,
      ])
      const outcome = outcomeOf(answer, timeline)
      if (outcome === undefined && isImpatient) await this.#send(client, END_BACKEND, [backend, xid])
      client.release()
      return outcome
    } catch (error) {
      client?.release(true)
      // A connection that is lost, or a standby that is not the primary yet, says nothing.
      return isAnswer(error as ErrorLike) && classify(error).kind === 'permanent' && !isRecovering(error)
        ? 'unknown'
        : undefined
    }
  }

  async #send<Row extends object>(client: PoolClient, text: string, values: unknown[]): Promise<Row | undefined> {
    const { rows } = await this.#gateway.silence.unless(client, client.query<Row>(text, values))
    return rows[0]
  }
}

function outcomeOf(
  answer: { readonly status: string | null; readonly timeline: string } | undefined,
  timeline: string,
): CommitOutcome | undefined {
  // On another timeline the number may be that of another transaction; without a status, it is too long ago.
  if (answer === undefined || answer.timeline !== timeline || answer.status === null) return 'unknown'
  if (answer.status === 'in progress') return undefined
  return answer.status === 'committed' ? 'committed' : 'rolled back'
}

/** object_not_in_prerequisite_state: recovery is in progress */
const isRecovering = (error: unknown): boolean => (error as { readonly code?: unknown }).code === '55000'
