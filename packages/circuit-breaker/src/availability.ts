import type { Clock } from '@holdfast/core'
import { type Cancellation, Dependent, type KernelCall, startTimer } from '@holdfast/core/kernel'

/** Those who wait until a circuit lets calls through. One timer for all of them, and none without them. */
export class Availability {
  private readonly clock: Clock
  private readonly availableInMs: () => number
  private readonly waiters = new Set<Waiter>()
  private timer: unknown = undefined

  /** `availableInMs` says 0 if a call would be let through now, and Infinity if no time is known. */
  constructor(clock: Clock, availableInMs: () => number) {
    this.clock = clock
    this.availableInMs = availableInMs
  }

  wait(call: KernelCall): Promise<void> {
    // The lever of the breaker, which was asked before, may have aborted the call.
    if (call.cancelled !== undefined) return Promise.reject(call.cancelled.reason)
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(resolve, reject, () => this.leave(waiter))
      waiter.attach(call)
      this.waiters.add(waiter)
      this.update()
    })
  }

  /** Wakes all if a call would be let through now; else sets the clock for when one may be. */
  update(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer)
    this.timer = undefined
    if (this.waiters.size === 0) return
    const availableInMs = this.availableInMs()
    if (availableInMs > 0) {
      this.timer = startTimer(this.clock, () => this.update(), availableInMs)
      return
    }
    for (const waiter of this.waiters) waiter.wake()
    this.waiters.clear()
  }

  private leave(waiter: Waiter): void {
    this.waiters.delete(waiter)
    this.update()
  }
}

class Waiter extends Dependent {
  readonly wake: () => void
  private readonly reject: (reason: unknown) => void
  private readonly leave: () => void

  constructor(wake: () => void, reject: (reason: unknown) => void, leave: () => void) {
    super()
    this.wake = wake
    this.reject = reject
    this.leave = leave
  }

  override cancel({ reason }: Cancellation): void {
    this.leave()
    this.reject(reason)
  }
}
