import { type Clock, TimeoutError } from '@holdfast/core'
import {
  clockRule,
  DEADLINE_HEADER,
  type Deadline,
  deadlineFrom,
  headerOf,
  isAbortSignal,
  readOptions,
  rule,
  stackless,
  startTimer,
  unref,
  type WithHeaders,
} from '@holdfast/core/kernel'
import { ClientGoneError } from './client-gone-error.ts'
import { onSharedAbort } from './shared-abort.ts'

/** What a server does for one request: how long it is wanted, and until when. */
export interface ServerCall {
  /**
   * Aborts when nobody wants the answer any more: with a `ClientGoneError` when the client has gone away before it had
   * the answer, with a `TimeoutError` when the deadline that it sent has passed, with the `ShutdownError` of the lifecycle
   * when the grace is over. Never once the answer is complete.
   */
  readonly signal: AbortSignal
  /** What is left of the time that the client gave; to hand on, as `{ deadline }` of `resilientFetch` for example. */
  readonly deadline: Deadline
}

/** Options of `callOf`. */
export interface CallOptions {
  /** Whether `Holdfast-Deadline-Ms` is read: only of clients that you trust to cut their own work short. Default false. */
  readonly deadlineHeader?: boolean | undefined
  /** Whose end of the grace aborts the call, too. Default: none. */
  readonly lifecycle?: { readonly signal: AbortSignal } | undefined
  /** Where time comes from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

/** The exchange that a call belongs to, whatever server it is of. */
export interface Exchange extends WithHeaders {
  /** True when the client has left without its answer. */
  readonly isAbandoned: () => boolean
  /** Calls back once, when nothing is left to abort. */
  readonly whenOver: (listener: () => void) => void
}

const calls = new WeakMap<object, ExchangeCall>()

/** The call of `key`. Who asks first says how: its deadline counts from then on. */
export function callFor(key: object, exchange: () => Exchange, options: CallOptions | undefined): ServerCall {
  const known = calls.get(key)
  if (known !== undefined) return known
  const call = new ExchangeCall(exchange(), options)
  calls.set(key, call)
  return call
}

/** What the call of `key` was aborted with, if it was. */
export function abortReasonOf(key: object): unknown {
  return calls.get(key)?.reason
}

/** Whether the deadline of the call of `key` has passed: also where nobody asked for the signal, which tells it otherwise. */
export function isOverdue(key: object): boolean {
  // Timers of Node may come up to a millisecond before their time.
  return (calls.get(key)?.deadline.remainingMs() ?? Infinity) < 1
}

/** Listens to nothing until somebody asks for the signal. */
class ExchangeCall implements ServerCall {
  readonly deadline: Deadline
  readonly #exchange: Exchange
  readonly #clock: Clock
  readonly #life: AbortSignal | undefined
  #controller: AbortController | undefined

  constructor(exchange: Exchange, options: CallOptions | undefined) {
    const { deadlineHeader, lifecycle, clock } = readOptions('callOf', options, {
      deadlineHeader: rule<boolean>('true or false', value => typeof value === 'boolean', false),
      lifecycle: rule<CallOptions['lifecycle']>('a lifecycle', hasSignal, undefined),
      clock: clockRule(),
    })
    this.#exchange = exchange
    this.#clock = clock
    this.#life = lifecycle?.signal
    this.deadline = deadlineFrom(deadlineHeader ? exchange : withoutHeaders, { clock })
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch(new AbortController())
    return this.#controller.signal
  }

  get reason(): unknown {
    return this.#controller?.signal.reason as unknown
  }

  #watch(controller: AbortController): AbortController {
    const life = this.#life
    const timer = startTimer(this.#clock, () => controller.abort(this.#timeoutError()), this.deadline.remainingMs())
    unref(timer)
    const endByLife = (): void => controller.abort(life?.reason)
    const unlink = life && onSharedAbort(life, endByLife)
    if (life?.aborted) endByLife()
    this.#exchange.whenOver(() => {
      this.#clock.clearTimeout(timer)
      unlink?.()
      if (this.#exchange.isAbandoned()) controller.abort(stackless(() => new ClientGoneError()))
    })
    return controller
  }

  #timeoutError(): TimeoutError {
    const sentMs = Number(headerOf(this.#exchange.headers, DEADLINE_HEADER))
    return stackless(() => new TimeoutError('request', sentMs, 'deadline'))
  }
}

const withoutHeaders: WithHeaders = { headers: {} }

const hasSignal = (value: unknown): boolean => isAbortSignal((value as { signal?: unknown } | null)?.signal)
