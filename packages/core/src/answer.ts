import type { KernelCall, Operation, Runner } from './call.ts'
import { byCaller } from './cancellation.ts'
import { type Clock, startTimer } from './clock.ts'
import type { Passage } from './passage.ts'
import { followed, forgetSettlers, settlers, takeSettlers } from './promises.ts'
import { callGuarded } from './report.ts'
import { Scope } from './scope.ts'
import { listen, unlisten } from './signal.ts'

/** How work ended that nobody waited for any more. */
export type LateOutcome = { readonly outcome: 'value' } | { readonly outcome: 'error'; readonly error: unknown }

const ignore = (): void => {}

/**
 * The scope of a call that may be answered before its work ends: by a limit, by the caller's signal, or by a call around
 * it. Once it has left, what the work brings goes to `discard`.
 */
export class Answer extends Scope {
  /** Set by the call that this belongs to. */
  call!: KernelCall
  private hasLeft = false
  /** One of these answers the caller when this leaves, once the work has begun. */
  private reject: ((reason: unknown) => void) | undefined = undefined
  private passage: Passage | undefined = undefined
  private work: Promise<unknown> | undefined = undefined
  /** There with the timer. */
  private clock!: Clock
  private timer: unknown = undefined
  /** There with its listener. */
  private heeded!: AbortSignal
  private onAbort: (() => void) | undefined = undefined
  /** Told of what arrives after the answer was given. */
  onLate: (late: LateOutcome) => void = ignore

  constructor() {
    super(true)
  }

  /** Calls back after `limitMs`, unless the answer comes first. */
  limit(clock: Clock, limitMs: number, expire: () => void): void {
    this.clock = clock
    this.timer = startTimer(clock, expire, limitMs)
  }

  /** Cancels the call, for the caller's own reason, when `signal` aborts. */
  heed(signal: AbortSignal): void {
    this.heeded = signal
    this.onAbort = () => this.abort(byCaller(signal.reason))
    listen(signal, this.onAbort)
  }

  /** Starts the work and answers with what it brings, or with the reason to leave if that comes first. */
  promise<T>(next: Runner, operation: Operation<T>): Promise<T> {
    const answer = new Promise<T>(takeSettlers)
    const { resolve, reject } = settlers
    forgetSettlers()
    this.reject = reject
    // The last handlers are the promise's own functions: V8 can then name the caller in the traces of the operation.
    this.begin(next, operation)
      .then(
        value => {
          this.onValue(value)
          return value
        },
        (error: unknown) => {
          this.onError(error)
          throw error
        },
      )
      .then(resolve, reject)
    return answer
  }

  /** Starts the work. It is up to who calls this to answer, and to `passage` when this leaves. */
  begin<T>(next: Runner, operation: Operation<T>, passage?: Passage): Promise<T> {
    this.passage = passage
    const work = begun(next, operation, this.call)
    this.work = work
    // The operation itself may have aborted the caller's signal.
    if (this.hasLeft) this.call.parent?.abandon(work)
    return work
  }

  /** The work has brought a value. False where it is late, and has been discarded. */
  onValue(value: unknown): boolean {
    if (!this.hasLeft) {
      this.settle()
      return true
    }
    this.onLate({ outcome: 'value' })
    callGuarded('discard', () => this.call.root.scope.given?.discard?.(value as never))
    return false
  }

  /** The work has failed. False where that is late. */
  onError(error: unknown): boolean {
    if (this.hasLeft) this.onLate({ outcome: 'error', error })
    else this.settle()
    return !this.hasLeft
  }

  /** Answers now. The work goes on unheard: the slots around it are told, and keep its place. */
  protected override aborted(reason: unknown): void {
    this.hasLeft = true
    this.settle()
    this.reject?.(reason)
    this.passage?.leave(reason)
    if (this.work !== undefined) this.call.parent?.abandon(this.work)
  }

  /** A run answers its own caller too; a limit just goes on with the work. */
  protected override left(reason: unknown): void {
    if (this.call.root === this.call) this.aborted(reason)
    else this.stop()
  }

  private settle(): void {
    this.stop()
    this.detach()
  }

  private stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer)
    if (this.onAbort !== undefined) unlisten(this.heeded, this.onAbort)
    this.timer = this.onAbort = undefined
  }
}

/** What `promised` does, without a function for it: this is on the path of every call with a limit. */
function begun<T>(next: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
  try {
    return followed(next(operation, call))
  } catch (error) {
    return Promise.reject(error)
  }
}
