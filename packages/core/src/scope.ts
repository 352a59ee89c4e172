import type { CallContext } from './call.ts'
import { type Cancellation, Dependent } from './cancellation.ts'
import { holdDeliveries } from './deliveries.ts'
import { controllerFor } from './signal.ts'

/** What the caller gave to `run` for the whole of a call. */
export interface Given {
  readonly context: CallContext | undefined
  readonly discard: ((value: never) => unknown) | undefined
}

/**
 * What a call needs only where it can be cancelled, is observed, or is asked for its signal. Scopes form the tree in
 * which cancellation travels.
 */
export class Scope extends Dependent {
  /** False where nothing can cancel the call. */
  readonly isCancellable: boolean
  /** Set once the answer is no longer wanted. */
  cancelled: Cancellation | undefined = undefined
  /** The latest of those who are told when this is cancelled. */
  first: Dependent | undefined = undefined
  /** Of a root: what the caller gave. */
  given: Given | undefined = undefined
  /** Of a root: the number of the run, once somebody has asked. */
  callId = 0
  /** Work that goes on although nobody waits for it. */
  abandoned: Set<PromiseLike<unknown>> | undefined = undefined
  private controller: AbortController | undefined = undefined

  constructor(isCancellable: boolean) {
    super()
    this.isCancellable = isCancellable
  }

  get signal(): AbortSignal {
    this.controller ??= controllerFor(this.cancelled)
    return this.controller.signal
  }

  /**
   * Cancels all that depends on this, then runs code of users: listeners hear of what that released, first of all what
   * `tell` emits, and the signals that were asked for abort.
   */
  abort(cancellation: Cancellation, tell?: () => void): void {
    const aborts: AbortController[] = []
    holdDeliveries(() => {
      tell?.()
      this.aborted(cancellation.reason)
      this.release(cancellation, aborts)
    })
    for (const controller of aborts) controller.abort(cancellation.reason)
  }

  override cancel(cancellation: Cancellation, aborts: AbortController[]): void {
    this.left(cancellation.reason)
    this.release(cancellation, aborts)
  }

  /** Called when this itself is aborted, before all that depends on it is cancelled. */
  protected aborted(_reason: unknown): void {}

  /** Called when whoever is further out has answered. */
  protected left(_reason: unknown): void {}

  private release(cancellation: Cancellation, aborts: AbortController[]): void {
    // A signal that will not be unlistened may abort when all is over.
    if (this.cancelled !== undefined) return
    this.cancelled = cancellation
    for (let dependent = this.first; dependent !== undefined; dependent = this.first) {
      dependent.detach()
      dependent.cancel(cancellation, aborts)
    }
    if (this.controller !== undefined) aborts.push(this.controller)
  }
}
