import type { Answer } from './answer.ts'
import { type Cancellation, Dependent } from './cancellation.ts'
import { holdDeliveries } from './deliveries.ts'
import type { Identity } from './options.ts'
import { holdfast, shared } from './protocol.ts'
import { controllerFor } from './signal.ts'

/**
 * What callers hand to their operations and to the callbacks of policies, by `run(operation, { context })`. Empty here:
 * `declare module '@holdfast/core' { interface CallContext { tenant?: string } }` gives it members.
 */
// biome-ignore lint/suspicious/noEmptyInterface: users augment it
export interface CallContext {}

/** What an operation is told of the call that it serves. */
export interface Call {
  /** Aborts when the answer is no longer wanted; its reason says why. Made on first read, and free until then. */
  readonly signal: AbortSignal
  /** From 1, counted by the innermost retry around the operation; 1 without one. */
  readonly attempt: number
  /** The earliest limit around the operation, on the monotonic timeline of the policy's clock; Infinity without one. */
  readonly deadlineMs: number
  /** What is left until the deadline, in milliseconds, at least 0; Infinity without a deadline. */
  remainingMs(): number
  /** The caller's own object; an empty frozen one if it gave none. */
  readonly context: CallContext
}

/** A thunk that does the work. It fails by throwing or by a promise that rejects. */
export type Operation<T> = (call: Call) => PromiseLike<T> | T

/** Passes an operation on, towards where it is called. It never throws: all failures are rejections. */
export type Runner = <T>(operation: Operation<T>, call: KernelCall) => Promise<T>

const noContext: CallContext = /* @__PURE__ */ Object.freeze({})
const calls = /* @__PURE__ */ shared('calls', () => ({ lastId: 0 }))

/**
 * The kernel's side of a call. Calls form a tree: `run` makes the root, and a layer makes a child where it changes the
 * attempt, the deadline or what cancels. One flat class with all fields initialised: with a second shape every access
 * on the hot path would be megamorphic. No `#private` fields: calls cross from one copy of the kernel to another.
 */
export class KernelCall extends Dependent implements Call {
  readonly identity: Identity
  readonly parent: KernelCall | undefined
  readonly root: KernelCall
  readonly attempt: number
  readonly deadlineMs: number
  /** False where nothing can cancel the call, so that layers need not prepare for it. */
  readonly isCancellable: boolean
  /** Set once the answer is no longer wanted. */
  cancelled: Cancellation | undefined = undefined
  /** The latest of what must be told when this call is cancelled. */
  first: Dependent | undefined = undefined
  /** Set where the caller may be answered before the work ends. */
  answer: Answer | undefined = undefined
  /** Of a root: what the caller gave to `run`. */
  given:
    | { readonly context: CallContext | undefined; readonly discard: ((value: never) => unknown) | undefined }
    | undefined
  private controller: AbortController | undefined = undefined
  private id = 0
  private abandoned: Set<PromiseLike<unknown>> | undefined = undefined

  constructor(
    identity: Identity,
    parent: KernelCall | undefined,
    root: KernelCall | undefined,
    attempt: number,
    deadlineMs: number,
    isCancellable: boolean,
  ) {
    super()
    this.identity = identity
    this.parent = parent
    this.root = root ?? this
    this.attempt = attempt
    this.deadlineMs = deadlineMs
    this.isCancellable = isCancellable
    this.given = undefined
  }

  /** Tells a call from other options of `run`, also one of another copy of the kernel. */
  get protocol(): symbol {
    return holdfast
  }

  get signal(): AbortSignal {
    this.controller ??= controllerFor(this.cancelled)
    return this.controller.signal
  }

  get context(): CallContext {
    return this.root.given?.context ?? noContext
  }

  /** Number of the run that the call belongs to, unique in the process. */
  get callId(): number {
    const { root } = this
    if (root.id === 0) root.id = ++calls.lastId
    return root.id
  }

  remainingMs(): number {
    return this.deadlineMs === Infinity ? Infinity : Math.max(0, this.deadlineMs - this.root.identity.clock.nowMs())
  }

  /** A call within this one, with a later attempt or an earlier deadline. */
  child(attempt: number, deadlineMs: number, isCancellable: boolean): KernelCall {
    return new KernelCall(this.identity, this, this.root, attempt, deadlineMs, isCancellable)
  }

  /**
   * Cancels all that depends on this call, then runs code of users: listeners hear of what that released, first of all
   * what `tell` emits, and the signals that were asked for abort.
   */
  abort(cancellation: Cancellation, tell?: () => void): void {
    const aborts: AbortController[] = []
    holdDeliveries(() => {
      tell?.()
      this.cancel(cancellation, aborts)
    })
    for (const controller of aborts) controller.abort(cancellation.reason)
  }

  override cancel(cancellation: Cancellation, aborts: AbortController[]): void {
    if (this.cancelled !== undefined) return
    this.cancelled = cancellation
    this.answer?.leave(cancellation.reason)
    for (let dependent = this.first; dependent !== undefined; dependent = this.first) {
      dependent.detach()
      dependent.cancel(cancellation, aborts)
    }
    if (this.controller !== undefined) aborts.push(this.controller)
  }

  /** Says that `work` goes on although nobody waits for it: slots of this call and of those around it stay taken. */
  abandon(work: PromiseLike<unknown>): void {
    const ended = (): void => {
      for (let call: KernelCall | undefined = this; call !== undefined; call = call.parent) call.abandoned?.delete(work)
    }
    for (let call: KernelCall | undefined = this; call !== undefined; call = call.parent) {
      call.abandoned ??= new Set()
      call.abandoned.add(work)
    }
    work.then(ended, ended)
  }

  /** True while abandoned work of this call, or of one within it, goes on. */
  get hasAbandonedWork(): boolean {
    return this.abandoned !== undefined && this.abandoned.size > 0
  }

  /** Calls back once, when the work that is abandoned now has ended. */
  whenIdle(callback: () => void): void {
    let left = this.abandoned?.size ?? 0
    const ended = (): void => {
      if (--left === 0) callback()
    }
    for (const work of this.abandoned ?? []) work.then(ended, ended)
  }
}
