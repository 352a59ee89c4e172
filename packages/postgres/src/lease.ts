import { EventEmitter } from 'node:events'
import type { PoolClient, QueryResult } from 'pg'
import { classify } from './classify.ts'
import { transactionStatusOf } from './connection.ts'
import type { Gateway } from './gateway.ts'
import { interrupt } from './interrupt.ts'
import { isSubmittable } from './query-arguments.ts'
import { RolledBackError } from './rolled-back-error.ts'
import { tell } from './tell.ts'
import { within } from './time.ts'
import { viewOf } from './view.ts'
import type { Work } from './work.ts'

/** in_failed_sql_transaction */
const FAILED_TRANSACTION = '25P02'

type Query = (...parts: readonly unknown[]) => unknown
type Told = (error: Error | null, result?: unknown) => void

/**
 * The connection of one attempt at a transaction. Its callback gets a client that serves it until the attempt ends and no
 * longer: what the callback forgot to await must not run in somebody else's transaction.
 */
export class Lease {
  /** What the callback gets: the client of the pool, but for what sends, and what gives it away. */
  readonly client: PoolClient
  /** The error that the transaction has failed with: where the callback swallowed it, it still ends it. */
  firstError: unknown
  readonly #gateway: Gateway
  readonly #work: Work
  readonly #client: PoolClient
  readonly #running = new Set<Promise<unknown>>()
  /** Makes the reason why no statement is taken any more: mostly nobody asks. */
  #ended: (() => unknown) | undefined
  #isUsable = true
  #isOpen = false
  #isReleased = false

  constructor(gateway: Gateway, work: Work, client: PoolClient) {
    this.#gateway = gateway
    this.#work = work
    this.#client = client
    const refuse = (): never => {
      throw new Error(`${gateway.settings.name}: a transaction releases its client by itself`)
    }
    this.client = viewOf(client, {
      query: (...parts: readonly unknown[]) => this.#query(parts),
      release: refuse,
      end: refuse,
    })
  }

  /** What the server said last: `T` where a transaction is open, `E` where it has failed, `I` where there is none. */
  get status(): ReturnType<typeof transactionStatusOf> {
    return transactionStatusOf(this.#client)
  }

  /** Whether `error` only says that the transaction had failed before, which is not what the callback was told first. */
  isPoisonedBy(error: unknown): boolean {
    return classify(error).code === FAILED_TRANSACTION
  }

  /** Sends a statement of the transaction itself. */
  send<Row extends object>(text: string): Promise<QueryResult<Row>> {
    return this.#watched(this.#client.query<Row>(text))
  }

  async begin(text: string): Promise<void> {
    this.#isOpen = true
    await this.send(text)
  }

  /** Resolves when the server has committed. */
  async commit(): Promise<void> {
    this.#isOpen = false
    const { command } = await this.send('COMMIT')
    if (command !== 'COMMIT') throw new RolledBackError(this.#gateway.settings.name, this.firstError)
  }

  /** No statement of the callback's is taken any more, for this reason. */
  end(reason: () => unknown): void {
    this.#ended ??= reason
  }

  /** Cancels what runs, and waits for its end. */
  async interrupt(): Promise<void> {
    if (this.#running.size === 0 || !this.#isUsable) return
    const { settings, makeClient } = this.#gateway
    const hasEnded = await interrupt(this.#client, Promise.allSettled(this.#running), { ...settings, makeClient })
    if (!hasEnded) this.#isUsable = false
  }

  /** Ends the transaction without effect. Where that takes too long, the server does so as the connection closes. */
  async rollBack(): Promise<void> {
    if (!this.#isUsable || !this.#isOpen) return
    const { clock, cancelGraceMs } = this.#gateway.settings
    const rolledBack = this.send('ROLLBACK').then(
      () => true,
      () => false,
    )
    if (!(await within(clock, cancelGraceMs, rolledBack, false))) this.#isUsable = false
  }

  /** Closes the connection, whatever it is doing. */
  abandon(): void {
    this.#isUsable = false
    this.release()
  }

  /** Gives the connection back to the pool, or closes it where it cannot be used. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#client.release(!this.#isUsable)
  }

  #query(parts: readonly unknown[]): unknown {
    if (this.#ended !== undefined) return told(Promise.reject(this.#ended()), parts)
    const send = this.#client.query.bind(this.#client) as Query
    if (isSubmittable(parts[0])) {
      const submitted = send(...parts)
      // A cursor or a stream speaks for itself, and is listened to.
      if (submitted instanceof EventEmitter) submitted.on(EventEmitter.errorMonitor, error => this.#failed(error))
      return submitted
    }
    const sent = send(...parts.filter(part => typeof part !== 'function'))
    // A config may have a callback in it.
    if (!(sent instanceof Promise)) return sent
    const healed = (): void => {
      // It has gone back to a savepoint, or never failed.
      this.firstError = undefined
    }
    this.#watched(sent).then(healed, ignore)
    return told(sent, parts)
  }

  /** Notices what an error says, and a server that keeps silent. */
  #watched<T>(statement: Promise<T>): Promise<T> {
    const watched = this.#gateway.silence.unless(this.#client, statement).then(
      result => {
        this.#running.delete(watched)
        return result
      },
      (error: unknown) => {
        this.#running.delete(watched)
        this.#failed(error)
        throw error
      },
    )
    this.#running.add(watched)
    return watched
  }

  #failed(error: unknown): void {
    this.#work.meets(error, 'within')
    this.firstError ??= error
    if (!classify(error).keepsConnection) this.#isUsable = false
  }
}

const ignore = (): void => {}

/** The answer to a query, in the form that it was asked in. */
function told(answer: Promise<unknown>, parts: readonly unknown[]): unknown {
  const callback = parts.at(-1)
  return typeof callback === 'function' ? tell(answer, callback as Told) : answer
}
