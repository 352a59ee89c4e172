import type { KernelCall } from './call.ts'
import type { Scope } from './scope.ts'

/** Who no longer wants the answer: the caller, a timeout further out, or a hedge whose race another attempt won. */
export type Origin = 'caller' | 'timeout' | 'loser'

/** Why a call was cancelled. */
export interface Cancellation {
  /** Who no longer wants the answer. */
  readonly origin: Origin
  /** The reason of the signals in the subtree: the caller's own, or the error of the timeout. */
  readonly reason: unknown
  /** The limit that passed, in milliseconds; Infinity where none did. */
  readonly limitMs: number
}

/** That of the caller: by its signal, or by the limit that it gave. */
export function byCaller(reason: unknown, limitMs: number = Infinity): Cancellation {
  return { origin: 'caller', reason, limitMs }
}

/** What is told when a call is cancelled: a child call, a wait, a permit. A node of a list, so that leaving is O(1). */
export abstract class Dependent {
  private on: Scope | undefined = undefined
  private previous: Dependent | undefined = undefined
  private next: Dependent | undefined = undefined

  /** Releases what is held, at once, without running code of users. `aborts` collects what is to be aborted then. */
  abstract cancel(cancellation: Cancellation, aborts: AbortController[]): void

  /** From now on a cancellation of `call` cancels this. */
  attach(call: KernelCall): void {
    this.on = call.scope
    this.next = this.on.first
    if (this.next !== undefined) this.next.previous = this
    this.on.first = this
  }

  /** Does nothing when this is not attached. */
  detach(): void {
    if (this.on === undefined) return
    if (this.next !== undefined) this.next.previous = this.previous
    if (this.previous !== undefined) this.previous.next = this.next
    else this.on.first = this.next
    this.on = this.previous = this.next = undefined
  }
}
