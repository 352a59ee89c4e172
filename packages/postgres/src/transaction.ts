import { type Call, TimeoutError } from '@holdfast/core'
import { isEnabled, show } from '@holdfast/core/kernel'
import type { PoolClient } from 'pg'
import { AbortGate } from './abort-gate.ts'
import { Attempt } from './attempt.ts'
import type { Gateway } from './gateway.ts'
import { Outcomes } from './outcome.ts'
import { limitOf, readTransactionOptions, type TransactionOptions } from './query-options.ts'
import { contextOf, Work } from './work.ts'

/** What the callback of a transaction gets. */
export interface TransactionFacts {
  /** The connection, until the attempt ends. Its `query` takes all forms; ORMs that take a client of `pg` take it. */
  readonly client: PoolClient
  /** From 1. */
  readonly attempt: number
  /** Aborts when the attempt is given up: for what the callback waits for besides the database. */
  readonly signal: AbortSignal
}

/** The work of a transaction. It may run more than once, each time in a transaction of its own. */
export type TransactionCallback<T> = (transaction: TransactionFacts) => PromiseLike<T> | T

/** Runs work in a transaction, and again where a failure has undone all of it. */
export type Transaction = <T>(callback: TransactionCallback<T>, options?: TransactionOptions) => Promise<T>

/** Makes the function that runs transactions through the policies of a pool. */
export function transactionsOf(gateway: Gateway): Transaction {
  const { settings, policies } = gateway
  const { name, clock, timeouts, commitGraceMs } = settings
  const outcomes = new Outcomes(gateway)

  return async <T>(callback: TransactionCallback<T>, given?: TransactionOptions): Promise<T> => {
    if (typeof callback !== 'function')
      throw new TypeError(`${name}: transaction takes a function, got ${show(callback)}`)
    const options = readTransactionOptions(name, given)
    const { signal, readOnly, retryOn } = options
    const ownMs = limitOf(name, options)
    if (ownMs <= 0) throw new TimeoutError(name, 0, 'run')
    const totalMs = isEnabled(settings) ? timeouts.totalMs : Infinity
    const limitMs = Math.min(ownMs, totalMs)
    const phase = ownMs < totalMs ? 'run' : 'total'
    const gate = new AbortGate({ name, clock, signal, limitMs, phase, commitGraceMs })
    const work = new Work({ readOnly, isTransaction: true, retryOn, remainingMs: gate.remainingMs })
    const context = contextOf(work, options.context)
    const attempt = new Attempt({ gateway, outcomes, work, gate, options })
    try {
      return await policies.transaction.run((call: Call) => attempt.run(callback, call), {
        signal: gate.signal,
        context,
      })
    } finally {
      gate.close()
    }
  }
}
