import type { Clock } from '@holdfast/core'
import { startTimer, unref } from '@holdfast/core/kernel'
import type { ResponseSink } from './response-sink.ts'

export interface DrainLimits {
  /** More than this is not read. */
  readonly drainBytes: number
  /** Milliseconds after which reading ends. */
  readonly drainMs: number
}

/**
 * The rest of a response that nobody gets. When it ends soon, its connection can be used again; when it does not,
 * `abort` costs the connection, and ends it.
 */
export class Drain implements ResponseSink {
  private readonly clock: Clock
  private readonly timer: unknown
  private readonly abort: () => void
  private leftBytes: number

  constructor(clock: Clock, { drainBytes, drainMs }: DrainLimits, abort: () => void) {
    this.clock = clock
    this.abort = abort
    this.leftBytes = drainBytes
    this.timer = startTimer(clock, abort, drainMs)
    // A process that has nothing else to do need not wait for it.
    unref(this.timer)
  }

  data(chunk: Buffer): void {
    this.leftBytes -= chunk.length
    if (this.leftBytes < 0) this.abort()
  }

  end(): void {
    this.clock.clearTimeout(this.timer)
  }

  fail(): void {
    this.clock.clearTimeout(this.timer)
  }
}
