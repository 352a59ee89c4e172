import { Answer } from './answer.ts'
import { type Call, type CallContext, KernelCall, type Operation, type Runner } from './call.ts'
import { isUnlimited } from './clock.ts'
import { stackless, TimeoutError } from './errors.ts'
import { observed } from './observe.ts'
import { observers } from './observers.ts'
import type { Identity } from './options.ts'
import { holdfast } from './protocol.ts'
import { isAbortSignal } from './signal.ts'
import { show } from './text.ts'

/** What a caller may ask of one run. A `Call` may be given in its place: the run then belongs to that call. */
export interface RunOptions<T = unknown> {
  /** Ends the run at once when it aborts, with the signal's own reason. */
  readonly signal?: AbortSignal | undefined
  /** Limit of the whole run in milliseconds, above 0; it rejects with `TimeoutError`. Default: Infinity. */
  readonly timeoutMs?: number | undefined
  /** What operations and callbacks find as `call.context`. */
  readonly context?: CallContext | undefined
  /** Receives a value that came when the caller had been answered already: a connection to release, a body to cancel. */
  readonly discard?: ((value: T) => unknown) | undefined
}

/** The innermost runner: calls the operation. */
export const invoke: Runner = (operation, call) =>
  observers.list.length === 0 ? attempt(operation, call) : observed('attempt', call, () => attempt(operation, call))

function attempt<T>(operation: Operation<T>, call: KernelCall): Promise<T> {
  try {
    // Of a promise, this is the promise itself; thenables are followed, whatever they do.
    return Promise.resolve(operation(call))
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

function proceed<T>(head: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
  if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
  return call.answer === undefined ? head(operation, call) : call.answer.promise(head, operation)
}

/** Makes the root of a call, with all that can answer the caller early in place. */
function open(identity: Identity, options: RunOptions<never> | Call | undefined): KernelCall {
  if (options === undefined) return new KernelCall(identity, undefined, undefined, 1, Infinity, false)
  if (isCall(options)) return openWithin(identity, options)
  const { signal, timeoutMs = Infinity, context, discard } = readRunOptions(identity.name, options)
  const { clock, name } = identity
  const isBounded = signal !== undefined || !isUnlimited(timeoutMs)
  const deadlineMs = isUnlimited(timeoutMs) ? Infinity : clock.nowMs() + timeoutMs
  const call = new KernelCall(identity, undefined, undefined, 1, deadlineMs, isBounded)
  if (context !== undefined || discard !== undefined) call.given = { context, discard }
  if (signal?.aborted) call.cancelled = { origin: 'caller', reason: signal.reason, limitMs: Infinity }
  else if (isBounded) {
    const answer = new Answer(call)
    if (signal !== undefined) answer.heed(signal)
    answer.limit(clock, timeoutMs, () => {
      const reason = stackless(() => new TimeoutError(name, timeoutMs))
      call.abort({ origin: 'caller', reason, limitMs: timeoutMs })
    })
  }
  return call
}

/** The root of a run inside the operation of another: cancelled with it, bound by its deadline. */
function openWithin(identity: Identity, parent: KernelCall): KernelCall {
  const { clock } = identity
  const deadlineMs = parent.root.identity.clock === clock ? parent.deadlineMs : clock.nowMs() + parent.remainingMs()
  const call = new KernelCall(identity, parent, undefined, 1, deadlineMs, parent.isCancellable)
  call.given = { context: parent.context, discard: undefined }
  call.cancelled = parent.cancelled
  if (parent.isCancellable && call.cancelled === undefined) {
    call.answer = new Answer(call)
    call.attach(parent)
  }
  return call
}

const isCall = (options: object): options is KernelCall => (options as KernelCall | null)?.protocol === holdfast

/** By hand, not by `readOptions`: this is on the path of every call that has options. */
function readRunOptions<T>(name: string, options: RunOptions<T>): RunOptions<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${name}: the options of run must be an object, got ${show(options)}`)
  }
  const read: { -readonly [Option in keyof RunOptions<T>]: RunOptions<T>[Option] } = {}
  for (const option in options) {
    if (!Object.hasOwn(options, option)) continue
    const value: unknown = options[option as keyof RunOptions<T>]
    if (value === undefined) continue
    const problem = problemWith(option, value)
    if (problem !== undefined)
      throw new (option === 'timeoutMs' && typeof value === 'number' ? RangeError : TypeError)(
        `${name}: run: ${problem}`,
      )
    read[option as keyof RunOptions<T>] = value as never
  }
  return read
}

function problemWith(option: string, value: unknown): string | undefined {
  switch (option) {
    case 'signal':
      return isAbortSignal(value) ? undefined : `signal must be an AbortSignal, got ${show(value)}`
    case 'timeoutMs':
      return typeof value === 'number' && value > 0
        ? undefined
        : `timeoutMs must be a number of milliseconds above 0, got ${show(value)}`
    case 'context':
      return typeof value === 'object' && value !== null ? undefined : `context must be an object, got ${show(value)}`
    case 'discard':
      return typeof value === 'function' ? undefined : `discard must be a function, got ${show(value)}`
    default:
      return `unknown option ${show(option)}, expected one of signal, timeoutMs, context, discard`
  }
}
