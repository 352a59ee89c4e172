import { UnknownOutcomeError } from '@holdfast/core'
import { type Cancellation, Dependent, type KernelCall } from '@holdfast/core/kernel'
import type { PoolClient, QueryResult } from 'pg'
import { classify } from './classify.ts'
import { transactionStatusOf, whenReady } from './connection.ts'
import type { Gateway } from './gateway.ts'
import { interrupt } from './interrupt.ts'
import type { Listening } from './silence.ts'
import type { Work } from './work.ts'

/** A query as `pg` takes it: text or a config, and values. */
export interface QueryParts {
  /** Or a config. */
  readonly text: unknown
  readonly values: unknown
}

type Outcome = { readonly error: unknown } | { readonly result: QueryResult }

/**
 * One attempt at one statement, on a connection that goes back to the pool. The promise settles when it has, so that a
 * slot is held until then, also after the caller was answered.
 */
export class LoneQuery extends Dependent implements Listening {
  since = 0
  private readonly gateway: Gateway
  private readonly work: Work
  private readonly query: QueryParts
  private client: PoolClient | undefined = undefined
  private cancellation: Cancellation | undefined = undefined
  private resolve!: (result: QueryResult) => void
  private reject!: (error: unknown) => void
  /** There while a request to cancel is on its way: told of the end of the statement. */
  private onEnd: (() => void) | undefined = undefined
  private isAnswered = false
  private outcome: Outcome | undefined = undefined

  constructor(gateway: Gateway, work: Work, query: QueryParts) {
    super()
    this.gateway = gateway
    this.work = work
    this.query = query
  }

  run(call: KernelCall): Promise<QueryResult> {
    if (call.isCancellable) this.attach(call)
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
      this.gateway.connect((error, client) => {
        if (client === undefined) this.fail(this.work.meets(error, 'before'))
        else this.send(client)
      })
    })
  }

  override cancel(cancellation: Cancellation): void {
    this.cancellation = cancellation
    if (this.client !== undefined) this.interrupt(this.client)
  }

  private send(client: PoolClient): void {
    if (this.cancellation !== undefined) {
      client.release()
      this.fail(this.cancellation.reason)
      return
    }
    this.client = client
    this.gateway.silence.watch(this)
    const { text, values } = this.query
    try {
      client.query(text as string, values as unknown[], (error: unknown, result: QueryResult) => {
        // Of a value that cannot be sent, `pg` tells twice: the second time, of a result without rows.
        if (this.isAnswered) return
        this.isAnswered = true
        if (error) this.failed(client, error)
        else this.ended(client, { result })
      })
    } catch (error) {
      // It was not even sent: a query that `pg` does not take.
      this.ended(client, { error })
    }
  }

  /** The server has let its own limit pass: nobody is there any more. */
  heardNothing(): void {
    if (this.client !== undefined) this.ended(this.client, { error: this.gateway.silence.error() })
  }

  /** Before the server is ready again, it cannot be told what state the statement has left behind. */
  private failed(client: PoolClient, error: unknown): void {
    if (!classify(error).keepsConnection) this.ended(client, { error })
    else whenReady(client, () => this.ended(client, { error }))
  }

  private ended(client: PoolClient, outcome: Outcome): void {
    if (this.outcome !== undefined) return
    this.outcome = outcome
    // While it is being cancelled, the connection is not free.
    if (this.onEnd !== undefined) this.onEnd()
    else this.leave(client, outcome, this.isUsable(client, outcome))
  }

  private interrupt(client: PoolClient): void {
    const running = new Promise<void>(resolve => {
      this.onEnd = resolve
    })
    const { settings, makeClient } = this.gateway
    const reason = this.cancellation?.reason
    void interrupt(client, running, { ...settings, makeClient }).then(hasEnded => {
      this.outcome ??= { error: reason }
      const { outcome } = this
      // The caller has its answer; a value that came all the same is discarded.
      this.leave(client, 'error' in outcome ? { error: reason } : outcome, hasEnded && this.isUsable(client, outcome))
    })
  }

  private isUsable(client: PoolClient, outcome: Outcome): boolean {
    // A statement such as BEGIN leaves a transaction open, for whoever would come next.
    if ((transactionStatusOf(client) ?? 'I') !== 'I') return false
    return !('error' in outcome) || classify(outcome.error).keepsConnection
  }

  private leave(client: PoolClient, outcome: Outcome, isUsable: boolean): void {
    client.release(!isUsable)
    if ('error' in outcome) this.fail(this.reported(outcome.error))
    else {
      this.settle()
      this.resolve(outcome.result)
    }
  }

  /** A write whose connection was lost may have been carried out. */
  private reported(error: unknown): unknown {
    this.work.meets(error, 'within')
    if (error === this.cancellation?.reason || this.work.readOnly) return error
    const { kind } = classify(error)
    if (kind !== 'connection lost' && kind !== 'unknown outcome') return error
    return new UnknownOutcomeError(this.gateway.settings.name, 'the statement', { cause: error })
  }

  private fail(error: unknown): void {
    this.settle()
    this.reject(error)
  }

  private settle(): void {
    this.detach()
    this.gateway.silence.leave(this)
  }
}
