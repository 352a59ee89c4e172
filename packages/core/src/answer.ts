import type { KernelCall, Operation, Runner } from './call.ts'
import { byCaller } from './cancellation.ts'
import { type Clock, startTimer } from './clock.ts'
import { promised } from './promises.ts'
import { callGuarded } from './report.ts'
import { listen, unlisten } from './signal.ts'

/** How work ended that nobody waited for any more. */
export type LateOutcome = { readonly outcome: 'value' } | { readonly outcome: 'error'; readonly error: unknown }

const ignore = (): void => {}

/**
 * The promise of a call that may be answered before its work ends: by a limit, by the caller's signal, or by a call
 * around it. Made only where one of these exists. Once it has left, what the work brings goes to `discard`.
 */
export class Answer {
  readonly call: KernelCall
  private hasLeft = false
  private reject: ((reason: unknown) => void) | undefined = undefined
  private work: Promise<unknown> | undefined = undefined
  /** There with the timer. */
  private clock!: Clock
  private timer: unknown = undefined
  /** There with its listener. */
  private signal!: AbortSignal
  private onAbort: (() => void) | undefined = undefined
  /** Told of what arrives after the answer was given. */
  onLate: (late: LateOutcome) => void = ignore

  constructor(call: KernelCall) {
    this.call = call
  }

  /** Calls back after `limitMs`, unless the answer comes first. */
  limit(clock: Clock, limitMs: number, expire: () => void): void {
    this.clock = clock
    this.timer = startTimer(clock, expire, limitMs)
  }

  /** Cancels the call, for the caller's own reason, when `signal` aborts. */
  heed(signal: AbortSignal): void {
    this.signal = signal
    this.onAbort = () => this.call.scope.abort(byCaller(signal.reason))
    listen(signal, this.onAbort)
  }

  /** Starts the work and answers with what it brings, or with the reason of `leave` if that comes first. */
  promise<T>(next: Runner, operation: Operation<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.reject = reject
      const work = promised(() => next(operation, this.call))
      this.work = work
      // The operation itself may have aborted the caller's signal.
      if (this.hasLeft) this.call.parent?.abandon(work)
      // The last handlers are the promise's own functions: V8 can then name the caller in the traces of the operation.
      work
        .then(
          value => {
            if (this.hasLeft) this.discard(value)
            else this.settle()
            return value
          },
          (error: unknown) => {
            if (this.hasLeft) this.onLate({ outcome: 'error', error })
            else this.settle()
            throw error
          },
        )
        .then(resolve, reject)
    })
  }

  /** Answers now. The work goes on unheard: the slots around it are told, and keep its place. */
  leave(reason: unknown): void {
    this.hasLeft = true
    this.stop()
    this.call.leave()
    this.reject?.(reason)
    if (this.work !== undefined) this.call.parent?.abandon(this.work)
  }

  /** Whoever is further out has answered. A run answers its own caller too; a limit just goes on with the work. */
  cancelled(reason: unknown): void {
    if (this.call.root === this.call) this.leave(reason)
    else this.stop()
  }

  private settle(): void {
    this.stop()
    this.call.leave()
  }

  private stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer)
    if (this.onAbort !== undefined) unlisten(this.signal, this.onAbort)
    this.timer = this.onAbort = undefined
  }

  private discard(value: unknown): void {
    this.onLate({ outcome: 'value' })
    callGuarded('discard', () => this.call.root.scope.given?.discard?.(value as never))
  }
}

/** Gives a cancellable call an answer. */
export function answerFor(call: KernelCall): Answer {
  const answer = new Answer(call)
  call.scope.answer = answer
  return answer
}
