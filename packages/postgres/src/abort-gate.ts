import { type Clock, TimeoutError } from '@holdfast/core'
import { startTimer } from '@holdfast/core/kernel'

/** What may end a transaction from outside. */
export interface AbortSources {
  readonly name: string
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  readonly limitMs: number
  /** Whose limit that is: `total` of the pool's, `run` of the caller's. */
  readonly phase: 'total' | 'run'
  readonly commitGraceMs: number
}

/**
 * Passes the caller's abort, and the limit of the whole, on to the work; but not while the outcome of a COMMIT is on its
 * way: that answer must not be hidden, and so an abort waits for it for some time.
 */
export class AbortGate {
  readonly #sources: AbortSources
  readonly #deadlineMs: number
  readonly #controller = new AbortController()
  readonly #timer: unknown
  #graceTimer: unknown
  #onExpired: (() => void) | undefined
  #pending: { readonly reason: unknown } | undefined

  constructor(sources: AbortSources) {
    const { name, clock, signal, limitMs, phase } = sources
    this.#sources = sources
    this.#deadlineMs = clock.nowMs() + limitMs
    this.#timer = startTimer(clock, () => this.#abort(new TimeoutError(name, limitMs, phase)), limitMs)
    signal?.addEventListener('abort', this.#heed)
    if (signal?.aborted) this.#abort(signal.reason)
  }

  /** Aborts when the work should end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why it should, also while that waits. */
  get reason(): unknown {
    return this.#pending?.reason
  }

  readonly remainingMs = (): number => Math.max(0, this.#deadlineMs - this.#sources.clock.nowMs())

  /** From now on aborts wait. Resolves when one has waited for as long as it may. */
  hold(): Promise<void> {
    return new Promise(resolve => {
      this.#onExpired = resolve
    })
  }

  /** The COMMIT has come to nothing, for certain: an abort that waited counts now. */
  letGo(): void {
    this.#onExpired = undefined
    if (this.#pending !== undefined) this.#controller.abort(this.#pending.reason)
  }

  close(): void {
    const { clock, signal } = this.#sources
    clock.clearTimeout(this.#timer)
    clock.clearTimeout(this.#graceTimer)
    signal?.removeEventListener('abort', this.#heed)
  }

  readonly #heed = (): void => this.#abort(this.#sources.signal?.reason)

  #abort(reason: unknown): void {
    if (this.#pending !== undefined) return
    this.#pending = { reason }
    if (this.#onExpired === undefined) return this.#controller.abort(reason)
    const { clock, commitGraceMs } = this.#sources
    this.#graceTimer = startTimer(clock, () => this.#onExpired?.(), commitGraceMs)
  }
}
