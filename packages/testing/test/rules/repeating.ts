import type { AnyPolicy } from '@holdfast/core'
import { type Cancellation, Dependent, type KernelCall } from '@holdfast/core/kernel'
import type { RuleOptions, VirtualClock } from '@holdfast/testing'
import { layer } from './layers.ts'

export const WAIT_MS = 100

/** A wait that a cancelled call ends. */
class Pause extends Dependent {
  private readonly clock: VirtualClock
  private readonly reject: (reason: unknown) => void
  private timer: unknown

  constructor(clock: VirtualClock, reject: (reason: unknown) => void) {
    super()
    this.clock = clock
    this.reject = reject
  }

  before(goOn: () => void): void {
    this.timer = this.clock.setTimeout(() => {
      this.detach()
      goOn()
    }, WAIT_MS)
  }

  override cancel({ reason }: Cancellation): void {
    this.clock.clearTimeout(this.timer)
    this.reject(reason)
  }
}

/** A policy that calls once more, after a wait. */
export function repeating(
  options: RuleOptions,
  isInVain: (call: KernelCall) => boolean = call => call.remainingMs() <= WAIT_MS,
): AnyPolicy {
  return layer(options, (next, operation, call) =>
    next(operation, call).then(undefined, (error: unknown) => {
      if (call.cancelled !== undefined || isInVain(call)) throw error
      return new Promise<unknown>((resolve, reject) => {
        const again = call.child(call.attempt + 1, call.deadline)
        const pause = new Pause(options.clock, reject)
        if (call.isCancellable) pause.attach(call)
        pause.before(() => {
          next(operation, again).then(resolve, reject)
        })
      })
    }),
  )
}
