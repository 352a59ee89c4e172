import type { Call } from '@holdfast/core'
import { cutting } from '@holdfast/fixtures/cutting'
import type { VirtualClock } from '@holdfast/testing'
import { expect } from 'vitest'
import type { NaiveTime, NaiveTimer } from './naive-time.ts'
import type { PlayedCall } from './played-call.ts'

/** A call under a timeout, in whose operation others run. */
export class PlayedOuter {
  readonly call: Call
  private readonly controller = new AbortController()
  private readonly time: NaiveTime
  private readonly timer: NaiveTimer | undefined
  private readonly inner: PlayedCall[] = []

  constructor(clock: VirtualClock, time: NaiveTime, limitMs: number) {
    const begun: Call[] = []
    const operation = (call: Call): Promise<never> => {
      begun.push(call)
      return new Promise(() => {})
    }
    const { signal } = this.controller
    cutting({ limitMs, clock })
      .run(operation, { signal })
      .catch(() => {})
    this.call = begun[0] as Call
    this.time = time
    this.timer = time.after(limitMs, () => this.cut(limitMs))
  }

  add(call: PlayedCall): void {
    this.inner.push(call)
  }

  leave(reason: unknown): void {
    if (this.call.signal.aborted) return
    this.time.cancel(this.timer)
    this.controller.abort(reason)
    for (const call of this.inner.toReversed()) call.leave(reason)
  }

  /** The latest is told first. */
  private cut(limitMs: number): void {
    const reason: unknown = expect.objectContaining({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: limitMs })
    for (const call of this.inner.toReversed()) call.cut(reason, limitMs)
  }
}
