import { type Clock, TimeoutError } from '@holdfast/core'
import { linkToCaller } from './caller-link.ts'

/** What bounds the body of a response, and who hears of its end. */
export interface WatchOptions {
  /** Name of the client, in errors. */
  readonly name: string
  readonly clock: Clock
  /** Longest silence, in milliseconds. */
  readonly idleMs: number
  /** When the whole call has to be over, on the timeline of the clock; Infinity for never. */
  readonly deadlineMs: number
  /** How long the whole call may take, in milliseconds. */
  readonly limitMs: number
  /** Whether that is the caller's own deadline, and not the total limit. */
  readonly isOfCaller: boolean
  /** Ends the body. */
  readonly controller: AbortController
  /** That of the caller. */
  readonly signal: AbortSignal | undefined
  /** Called once when the body has broken in the middle, or was silent for too long. */
  readonly onBroken: () => void
}

/** Stands over the body of a response, and over those of its clones, until the last of them has ended. */
export class ResponseWatch {
  private readonly options: WatchOptions
  private readonly unlink: (() => void) | undefined
  private bodies = 0
  private isBroken = false

  constructor(options: WatchOptions) {
    this.options = options
    const { signal, controller } = options
    this.unlink = signal && linkToCaller(signal, controller)
  }

  get clock(): Clock {
    return this.options.clock
  }

  /** A body is to be read under this. */
  begun(): void {
    this.bodies++
  }

  /** Nothing more will come of a body, whatever the reason. */
  ended(): void {
    if (--this.bodies === 0) this.unlink?.()
  }

  whenAborted(tell: (reason: unknown) => void): void {
    const { signal } = this.options.controller
    if (signal.aborted) return tell(signal.reason)
    signal.addEventListener('abort', () => tell(signal.reason), { once: true })
  }

  /** It is the server's fault, unless somebody here had ended the body. */
  broken(): void {
    const { controller, onBroken } = this.options
    if (this.isBroken || controller.signal.aborted) return
    this.isBroken = true
    onBroken()
  }

  /** When a read has to have ended: of a stream for its silence, of all of a body also for the whole call. */
  endOf({ isOfAll, sinceMs }: Reading): number {
    const { idleMs, deadlineMs } = this.options
    return isOfAll ? Math.min(sinceMs + idleMs, deadlineMs) : sinceMs + idleMs
  }

  /** Ends all bodies, since a read took too long. */
  expire(reading: Reading): TimeoutError {
    const { idleMs, deadlineMs, isOfCaller, controller, name } = this.options
    const isOver = reading.isOfAll && deadlineMs < reading.sinceMs + idleMs
    const error = isOver ? this.over() : new TimeoutError(`${name}.body`, idleMs, 'body')
    // Neither a caller in a hurry nor one that asks too late says anything about the server.
    if (!isOver || (!isOfCaller && reading.sinceMs < deadlineMs)) this.broken()
    controller.abort(error)
    return error
  }

  /** No time is left of the whole call. */
  private over(): TimeoutError {
    const { name, limitMs, isOfCaller } = this.options
    return isOfCaller ? new TimeoutError(name, limitMs, 'run') : new TimeoutError(`${name}.total`, limitMs, 'total')
  }
}

/** What is waited for. */
export interface Reading {
  /** Methods that read all of a body are part of the call; streams are not. */
  readonly isOfAll: boolean
  readonly sinceMs: number
}
