import type { Call, CallContext } from '@holdfast/core'
import { levelsOf } from '@holdfast/core/kernel'
import { classify } from './classify.ts'

/** What predicates and listeners may know of the work that a call is for: see `workOf`. */
export interface PostgresWork {
  /** Whether its caller has said that it changes nothing. */
  readonly readOnly: boolean
  /** Whether it is a transaction; a query and a `connect()` are none. */
  readonly isTransaction: boolean
}

/** What the client hands to policies as the context of a call, beside the caller's own. */
export interface PostgresContext extends CallContext {
  readonly postgres: Work
}

const none: readonly string[] = []
const unlimited = (): number => Infinity

/** A query, a transaction or a checkout, with all of its attempts: decides whether there may be another one. */
export class Work implements PostgresWork {
  readonly readOnly: boolean
  readonly isTransaction: boolean
  /** SQLSTATEs that the caller wants repeated, too. */
  private readonly retryOn: readonly string[]
  /** What is left of its time, in milliseconds. */
  readonly remainingMs: () => number
  /** What the database, or the way to it, has thrown, and whether that was before anything was begun. */
  private met: Map<unknown, 'before' | 'within'> | undefined = undefined
  private hadStalePlan = false
  /** Whether the last failure was a conflict, which the server has answered: that it is repeated burdens nobody. */
  wasConflict = false

  constructor(facts: {
    readonly readOnly: boolean
    readonly isTransaction: boolean
    readonly retryOn?: readonly string[]
    readonly remainingMs?: () => number
  }) {
    this.readOnly = facts.readOnly
    this.isTransaction = facts.isTransaction
    this.retryOn = facts.retryOn ?? none
    this.remainingMs = facts.remainingMs ?? unlimited
  }

  /** Remembers an error of the database's, and returns it. */
  meets<E>(error: E, when: 'before' | 'within'): E {
    this.met ??= new Map()
    this.met.set(error, when)
    return error
  }

  /** Whether an error, or a cause of it, is one of the database's: the callback of a transaction may throw others. */
  isMet(error: unknown): boolean {
    return this.whenMet(error) !== undefined
  }

  mayRepeat(error: unknown): boolean {
    const when = this.whenMet(error)
    const { kind, code, inside, outside } = classify(error)
    this.wasConflict = kind === 'rolled back'
    if (when === 'before') return kind === 'never started' || kind === 'connection lost' || kind === 'failover'
    if (when === undefined) return false
    if (!this.isTransaction) return this.mayRepeatAlone(outside)
    // Where the transaction was to be read-only, that it cannot write is no news of the server.
    if (kind === 'failover' && this.readOnly) return false
    return inside === 'repeat' || (code !== undefined && this.retryOn.includes(code))
  }

  private mayRepeatAlone(step: ReturnType<typeof classify>['outside']): boolean {
    if (step === 'repeat reads' || step === 'probe') return this.readOnly
    if (step !== 'repeat once') return step === 'repeat'
    const isFirst = !this.hadStalePlan
    this.hadStalePlan = true
    return isFirst
  }

  private whenMet(error: unknown): 'before' | 'within' | undefined {
    if (this.met === undefined) return undefined
    for (const level of levelsOf(error)) {
      for (const each of level) {
        const when = this.met.get(each)
        if (when !== undefined) return when
      }
    }
    return undefined
  }
}

/** The context of a call for `work`, beside what the caller gave. */
export function contextOf(work: Work, given: CallContext | undefined): PostgresContext {
  return given === undefined ? { postgres: work } : { ...given, postgres: work }
}

/** The work that a call is for. */
export function workIn(call: Call): Work | undefined {
  return (call.context as Partial<PostgresContext>).postgres
}

/**
 * What the call of a predicate or a listener is for: `handles: ({ error, call }) => workOf(call)?.readOnly === true`.
 * Undefined in calls that a pool did not make.
 */
export function workOf(call: Call): PostgresWork | undefined {
  return workIn(call)
}
