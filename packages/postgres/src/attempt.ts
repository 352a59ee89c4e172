import type { Call } from '@holdfast/core'
import type { AbortGate } from './abort-gate.ts'
import { beginning } from './beginning.ts'
import { commit } from './commit.ts'
import { acquire, type Gateway } from './gateway.ts'
import { Lease } from './lease.ts'
import type { Outcomes } from './outcome.ts'
import type { ReadTransactionOptions } from './query-options.ts'
import { RolledBackError } from './rolled-back-error.ts'
import type { TransactionCallback } from './transaction.ts'
import type { Work } from './work.ts'

export interface AttemptFacts {
  readonly gateway: Gateway
  readonly outcomes: Outcomes
  readonly work: Work
  readonly gate: AbortGate
  readonly options: ReadTransactionOptions
}

/** What a transaction does in each attempt, from BEGIN to the answer to COMMIT. */
export class Attempt {
  readonly #facts: AttemptFacts

  constructor(facts: AttemptFacts) {
    this.#facts = facts
  }

  async run<T>(callback: TransactionCallback<T>, call: Call): Promise<T> {
    const { gateway, outcomes, work, gate, options } = this.#facts
    const client = await acquire(gateway, work)
    const lease = new Lease(gateway, work, client)
    try {
      call.signal.throwIfAborted()
      if (!options.readOnly) await outcomes.prepare(client, work)
      await lease.begin(beginning(options, gateway.settings, gate.remainingMs()))
      const value = await called(callback, lease, call)
      await this.#commit(lease, call.signal)
      return value
    } catch (error) {
      lease.end(() => error)
      await lease.rollBack()
      throw lease.isPoisonedBy(error) ? new RolledBackError(gateway.settings.name, lease.firstError) : error
    } finally {
      lease.release()
    }
  }

  async #commit(lease: Lease, signal: AbortSignal): Promise<void> {
    const { gateway, outcomes, gate, options } = this.#facts
    const { name } = gateway.settings
    lease.end(() => new Error(`${name}: the transaction has ended, and takes no more statements`))
    if (lease.status === 'I') {
      throw new Error(`${name}: the callback has ended its transaction; leave COMMIT and ROLLBACK to transaction()`)
    }
    if (lease.status === 'E') throw new RolledBackError(name, lease.firstError)
    const mark = options.readOnly ? undefined : await outcomes.markOf(lease)
    signal.throwIfAborted()
    await commit(lease, {
      name,
      gate,
      find: expired => (options.readOnly ? 'rolled back' : outcomes.find(mark, expired)),
    })
  }
}

/** What the callback returns. An abort ends it: what it has begun is cancelled, and what it still begins is refused. */
async function called<T>(callback: TransactionCallback<T>, lease: Lease, { signal, attempt }: Call): Promise<T> {
  let interrupted: Promise<void> | undefined
  let leave: () => void
  const left = new Promise<void>(resolve => {
    leave = resolve
  })
  const abort = (): void => {
    lease.end(() => signal.reason)
    interrupted = lease.interrupt().finally(leave)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    const value = await Promise.race([callback({ client: lease.client, attempt, signal }), left])
    signal.throwIfAborted()
    return value as T
  } finally {
    signal.removeEventListener('abort', abort)
    // A request to cancel that is still on its way would hit the ROLLBACK.
    await interrupted
  }
}
