import { Answer } from './answer.ts'
import { type Call, type CallContext, KernelCall, type Operation, passOn, type Runner } from './call.ts'
import { byCaller } from './cancellation.ts'
import { type Clock, isUnlimited } from './clock.ts'
import { stackless, TimeoutError } from './errors.ts'
import { observed } from './observe.ts'
import { observers } from './observers.ts'
import { type Identity, limit, optionalFunction, type Rule, readOptions, rule } from './options.ts'
import { Passage } from './passage.ts'
import { followed, promised } from './promises.ts'
import { holdfast, keepShape } from './protocol.ts'
import { isAbortSignal } from './signal.ts'
import { show } from './text.ts'

/** What a caller may ask of one run. A `Call` may be given in its place: the run then belongs to that call. */
export interface RunOptions<T = unknown> {
  /**
   * Ends the run at once when it aborts, with the signal's own reason. Aborted already, the operation is not called.
   */
  readonly signal?: AbortSignal | undefined
  /** Limit of the whole run in milliseconds, above 0; it rejects with `TimeoutError`. Default: Infinity. */
  readonly timeoutMs?: number | undefined
  /** What operations and callbacks find as `call.context`. Default: an empty frozen object. */
  readonly context?: CallContext | undefined
  /**
   * Receives a value that came when the caller had been answered already: a connection to release, a body to cancel.
   * What it throws is reported. Default: the value is just dropped.
   */
  readonly discard?: ((value: T) => unknown) | undefined
}

/** The innermost runner: calls the operation. */
export const invoke: Runner = (operation, call) => {
  // Code of users on the way here, such as a listener, may have aborted the call.
  if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
  return observers.list.length === 0
    ? attempt(operation, call)
    : observed('attempt', call, () => attempt(operation, call))
}

function attempt<T>(operation: Operation<T>, call: KernelCall): Promise<T> {
  try {
    return followed(operation(call))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Starts a call at the outermost layer of a policy. */
export function start<T>(
  identity: Identity,
  head: Runner,
  operation: Operation<T>,
  options: RunOptions<T> | Call | undefined,
): Promise<T> {
  let call: KernelCall
  try {
    if (typeof operation !== 'function')
      throw new TypeError(`${identity.name}: run takes a function, got ${show(operation)}`)
    call = open(identity, options)
  } catch (error) {
    return Promise.reject(error)
  }
  if (observers.list.length !== 0) return observed('call', call, () => proceed(head, operation, call))
  return proceed(head, operation, call)
}

/**
 * A call that has no operation, only something to wait for: a slot, or a circuit. It heeds the same options as `run`;
 * observers do not see it.
 */
export function waitFor<T>(
  identity: Identity,
  wait: (call: KernelCall) => PromiseLike<T> | T,
  options: RunOptions<T> | Call | undefined,
): Promise<T> {
  return promised(() => proceed(attempt, wait as Operation<T>, open(identity, options)))
}

function proceed<T>(head: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
  if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
  if (call.isCancellable) return (call.scope as Answer).promise(head, operation)
  return passOn(head, operation, call)
}

/** Makes the root of a call, with all that can answer the caller early in place. */
function open(identity: Identity, options: RunOptions<never> | Call | undefined): KernelCall {
  if (options === undefined) return new KernelCall(identity, undefined, undefined, 1, undefined, undefined)
  if (isCall(options)) return openWithin(identity, options)
  const { signal, timeoutMs = Infinity, context, discard } = readRunOptions(identity.name, options)
  const { clock, name } = identity
  const isLimited = !isUnlimited(timeoutMs)
  const deadline = isLimited ? clock.nowMs() + timeoutMs : undefined
  const answer = isLimited || signal !== undefined ? new Answer() : undefined
  const call = new KernelCall(identity, undefined, undefined, 1, deadline, answer)
  if (answer !== undefined) answer.call = call
  if (context !== undefined || discard !== undefined) call.scope.given = { context, discard }
  if (signal?.aborted) call.scope.cancelled = byCaller(signal.reason)
  else if (answer !== undefined) {
    answer.limit(clock, timeoutMs, () => {
      const reason = stackless(() => new TimeoutError(name, timeoutMs, 'run'))
      answer.abort(byCaller(reason, timeoutMs))
    })
    // The signal may abort as it is listened to, and that clears the timer.
    if (signal !== undefined) answer.heed(signal)
  }
  return call
}

/** The root of a run inside the operation of another: cancelled with it, bound by its deadline. */
function openWithin(identity: Identity, parent: KernelCall): KernelCall {
  const { clock } = identity
  const answer = parent.isCancellable ? new Answer() : undefined
  const call = new KernelCall(identity, parent, undefined, 1, deadlineWithin(parent, clock), answer)
  if (answer !== undefined) answer.call = call
  call.scope.given = { context: parent.context, discard: undefined }
  call.scope.cancelled = parent.cancelled
  if (parent.isCancellable && parent.cancelled === undefined) call.scope.attach(parent)
  return call
}

/** The deadline of `parent` on the timeline of another clock. */
function deadlineWithin(parent: KernelCall, clock: Clock): number | undefined {
  return parent.root.identity.clock === clock ? parent.deadline : clock.nowMs() + parent.remainingMs()
}

const isCall = (options: object): options is KernelCall => (options as KernelCall | null)?.protocol === holdfast

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const rules: Record<string, Rule<unknown>> = /* @__PURE__ */ (() => ({
  signal: rule<unknown>('an AbortSignal', isAbortSignal, undefined),
  timeoutMs: limit(Infinity),
  context: rule<unknown>('an object', isObject, undefined),
  discard: optionalFunction<unknown>(),
}))()

/** What `readOptions` does, without its cost: this is on the path of every call that has options. */
function readRunOptions<T>(name: string, options: RunOptions<T>): RunOptions<T> {
  if (!isObject(options)) readOptions(`${name}: run`, options, rules)
  const read: { -readonly [Option in keyof RunOptions<T>]: RunOptions<T>[Option] } = {
    signal: undefined,
    timeoutMs: undefined,
    context: undefined,
    discard: undefined,
  }
  for (const option in options) {
    const value = options[option as keyof RunOptions<T>]
    if (!Object.hasOwn(options, option)) continue
    const isFine =
      Object.hasOwn(rules, option) && (value === undefined || (rules[option] as Rule<unknown>).accepts(value))
    if (!isFine) readOptions(`${name}: run`, options, rules)
    read[option as keyof RunOptions<T>] = value as never
  }
  return read
}

let areShapesKept = false

/**
 * With the first policy, not as this module loads: who imports an error and no policy need not get all of the kernel.
 */
export function keepCallShapes(): void {
  if (areShapesKept) return
  areShapesKept = true
  const call = new KernelCall({} as Identity, undefined, undefined, 1, undefined, new Answer())
  keepShape(call)
  keepShape(new Passage([], [], isObject, call))
}
