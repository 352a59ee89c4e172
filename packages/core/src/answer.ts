import type { KernelCall, Operation, Runner } from './call.ts'
import { byCaller } from './cancellation.ts'
import { type Clock, startTimer } from './clock.ts'
import { followed } from './promises.ts'
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
  /** There once the work begins. */
  private call: KernelCall | undefined = undefined
  private hasLeft = false
  private reject: ((reason: unknown) => void) | undefined = undefined
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

  /** Starts the work of `call` and answers with what it brings, or with the reason to leave if that comes first. */
  promise<T>(next: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
    this.call = call
    const answer = new Promise<T>(takeSettlers)
    const { resolve, reject } = settlers
    this.reject = reject
    const work = begun(next, operation, call)
    this.work = work
    // The operation itself may have aborted the caller's signal.
    if (this.hasLeft) call.parent?.abandon(work)
    // The last handlers are the promise's own functions: V8 can then name the caller in the traces of the operation.
    work
      .then(
        value => {
          if (this.hasLeft) this.discard(value, call)
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
    return answer
  }

  /** Answers now. The work goes on unheard: the slots around it are told, and keep its place. */
  protected override aborted(reason: unknown): void {
    this.hasLeft = true
    this.settle()
    this.reject?.(reason)
    if (this.work !== undefined) this.call?.parent?.abandon(this.work)
  }

  /** A run answers its own caller too; a limit just goes on with the work. */
  protected override left(reason: unknown): void {
    if (this.call !== undefined && this.call.root === this.call) this.aborted(reason)
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

  private discard(value: unknown, call: KernelCall): void {
    this.onLate({ outcome: 'value' })
    callGuarded('discard', () => call.root.scope.given?.discard?.(value as never))
  }
}

/** What the newest promise is settled by; taken without a function for each. */
const settlers = { resolve: ignore as (value: unknown) => void, reject: ignore as (reason: unknown) => void }
function takeSettlers(resolve: (value: never) => void, reject: (reason: unknown) => void): void {
  settlers.resolve = resolve as (value: unknown) => void
  settlers.reject = reject
}

/** What `promised` does, without a function for it: this is on the path of every call with a limit. */
function begun<T>(next: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
  try {
    return followed(next(operation, call))
  } catch (error) {
    return Promise.reject(error)
  }
}
