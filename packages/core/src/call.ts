import type { Answer } from './answer.ts'
import type { Cancellation } from './cancellation.ts'
import type { Identity } from './options.ts'
import { holdfast, shared } from './protocol.ts'
import { Scope } from './scope.ts'

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

/** Passes on to the next runner. That of somebody else's policy may throw all the same, and places must come back. */
export function passOn<T>(next: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
  try {
    return next(operation, call)
  } catch (error) {
    return Promise.reject(error)
  }
}

const noContext: CallContext = /* @__PURE__ */ Object.freeze({})
const calls = /* @__PURE__ */ shared('calls', () => ({ lastId: 0 }))

/** A number that no other call of the process has, nor an attempt. */
export const newId = (): number => ++calls.lastId

/**
 * The kernel's side of a call. Calls form a tree: `run` makes the root, and a layer makes a child where it changes the
 * attempt, the deadline or what cancels. One is made for each run, so it holds what each run needs, and a scope the
 * rest. No `#private` fields: calls cross from one copy of the kernel to another.
 */
export class KernelCall implements Call {
  /** The policy, or the pipeline, whose `run` made the root of this call. */
  readonly identity: Identity
  /** The call around this one; undefined for a run that is in no other. */
  readonly parent: KernelCall | undefined
  /** The call that `run` made. */
  readonly root: KernelCall
  readonly attempt: number
  /** Undefined is none: for a number that may be Infinity, the engine would make an object each time. */
  readonly deadline: number | undefined
  private ownScope: Scope | undefined

  constructor(
    identity: Identity,
    parent: KernelCall | undefined,
    root: KernelCall | undefined,
    attempt: number,
    deadline: number | undefined,
    scope: Scope | undefined,
  ) {
    this.identity = identity
    this.parent = parent
    this.root = root ?? this
    this.attempt = attempt
    this.deadline = deadline
    this.ownScope = scope
  }

  /** Tells a call from other options of `run`, also one of another copy of the kernel. */
  get protocol(): symbol {
    return holdfast
  }

  /** Made on first read. */
  get scope(): Scope {
    this.ownScope ??= new Scope(false)
    return this.ownScope
  }

  get signal(): AbortSignal {
    return this.scope.signal
  }

  get deadlineMs(): number {
    return this.deadline ?? Infinity
  }

  get context(): CallContext {
    return this.root.ownScope?.given?.context ?? noContext
  }

  /** Number of the run that the call belongs to, unique in the process. */
  get callId(): number {
    const { scope } = this.root
    if (scope.callId === 0) scope.callId = newId()
    return scope.callId
  }

  /** False where nothing can cancel the call, so that layers need not prepare for it. */
  get isCancellable(): boolean {
    return this.ownScope?.isCancellable === true
  }

  /** Set once the answer is no longer wanted. */
  get cancelled(): Cancellation | undefined {
    return this.ownScope?.cancelled
  }

  /** An accessor, so that operations can take it out of the call: `({ remainingMs }) => …`. */
  get remainingMs(): () => number {
    const { deadlineMs, root } = this
    return () => (deadlineMs === Infinity ? Infinity : Math.max(0, deadlineMs - root.identity.clock.nowMs()))
  }

  /**
   * A call within this one, cancelled with it, or, with an answer, also by itself. `leave` it when its work has ended.
   */
  child(attempt: number, deadline: number | undefined, answer?: Answer): KernelCall {
    const scope = answer ?? (this.isCancellable ? new Scope(true) : undefined)
    const child = new KernelCall(this.identity, this, this.root, attempt, deadline, scope)
    if (answer !== undefined) answer.call = child
    if (!this.isCancellable) return child
    child.scope.attach(this)
    child.scope.cancelled = this.cancelled
    return child
  }

  /** The call around this one need not tell it any more. */
  leave(): void {
    this.ownScope?.detach()
  }

  /** Says that `work` goes on although nobody waits for it: slots of this call and of those around it stay taken. */
  abandon(work: PromiseLike<unknown>): void {
    this.parent?.abandon(work)
    const { scope } = this
    scope.abandoned ??= new Set()
    const { abandoned } = scope
    abandoned.add(work)
    const ended = (): boolean => abandoned.delete(work)
    work.then(ended, ended)
  }

  /** True while abandoned work of this call, or of one within it, goes on. */
  get hasAbandonedWork(): boolean {
    const abandoned = this.ownScope?.abandoned
    return abandoned !== undefined && abandoned.size > 0
  }

  /** Calls back once, when the work that is abandoned now has ended. */
  whenIdle(callback: () => void): void {
    const abandoned = [...(this.ownScope?.abandoned ?? [])]
    let left = abandoned.length
    if (left === 0) return callback()
    const ended = (): void => {
      if (--left === 0) callback()
    }
    for (const work of abandoned) work.then(ended, ended)
  }
}
