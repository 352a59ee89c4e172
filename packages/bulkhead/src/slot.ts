import type { Operation } from '@holdfast/core'
import {
  Dependent,
  type KernelCall,
  keepShape,
  passOn,
  type Queueable,
  type Runner,
  startTimer,
  unref,
} from '@holdfast/core/kernel'
import type { Holder, Slots } from './slots.ts'

/**
 * One admission, from the queue to the release. It depends on its call: a cancelled one leaves the queue, or passes
 * the slot on; once the work runs, the slot is held until the work has really settled.
 */
export class Slot extends Dependent implements Queueable<Slot>, Holder {
  ahead: Slot | undefined = undefined
  behind: Slot | undefined = undefined
  readonly call: KernelCall | undefined
  queuedAtMs: number | undefined = undefined
  /** Ends the wait in the queue, later the wait for work that nobody waits for. */
  timer: unknown = undefined
  private readonly slots: Slots
  private state: 'queued' | 'granted' | 'held' | 'released' = 'granted'
  /** What waits, so that one function can run all that wait. */
  private operation: Operation<unknown> | undefined = undefined
  /** There while it waits. */
  private resolve!: (slot: Slot | Promise<never>) => void

  constructor(slots: Slots, call: KernelCall | undefined) {
    super()
    this.slots = slots
    this.call = call
    if (call?.isCancellable) this.attach(call)
  }

  /** Waits for `grant` or `refuse`. */
  queue(nowMs: number, operation: Operation<unknown> | undefined): Promise<Slot> {
    this.state = 'queued'
    this.operation = operation
    this.queuedAtMs = nowMs
    return new Promise(resolve => {
      this.resolve = resolve
    })
  }

  grant(): void {
    this.state = 'granted'
    this.clearTimer()
    this.resolve(this)
  }

  refuse(rejection: Promise<never>): void {
    this.detach()
    this.resolve(rejection)
  }

  /** From now on the slot is held until the work of `call` has settled. Throws where that has been cancelled meanwhile. */
  entered(call: KernelCall): this {
    if (call.cancelled !== undefined) {
      this.release()
      throw call.cancelled.reason
    }
    this.state = 'held'
    return this
  }

  /** Runs the operation that waited. */
  runQueued(next: Runner): Promise<unknown> {
    return this.run(next, this.operation as Operation<unknown>, this.call as KernelCall)
  }

  /** Runs the operation in this slot. */
  run<T>(next: Runner, operation: Operation<T>, call: KernelCall): Promise<T> {
    this.entered(call)
    return passOn(next, operation, call).then(
      value => {
        this.settled(call)
        return value
      },
      (error: unknown) => {
        this.settled(call)
        throw error
      },
    )
  }

  settled(call: KernelCall): void {
    // It may have been reclaimed meanwhile: then nobody waits for what goes on.
    if (this.state === 'released') return
    if (!call.hasAbandonedWork) return this.release()
    this.reclaimLater()
    call.whenIdle(() => this.release())
  }

  release(): void {
    this.end()
    this.slots.handOver()
  }

  override cancel(): void {
    if (this.state === 'held') return this.reclaimLater()
    if (this.state === 'granted') return this.release()
    this.clearTimer()
    this.slots.leave(this)
    // Whoever waited finds its call cancelled. A function to reject would be kept for all that wait.
    this.state = 'released'
    this.resolve(this)
  }

  /** A hung socket must not shrink the service for ever. */
  private reclaimLater(): void {
    const { clock, options } = this.slots
    this.timer ??= startTimer(clock, () => this.reclaim(), options.reclaimMs)
    unref(this.timer)
  }

  private reclaim(): void {
    this.end()
    if (this.slots.emitter.isHeard) this.slots.tell({ type: 'bulkhead.reclaimed' }, this.call)
    this.slots.handOver()
  }

  /** Gives the slot back, once. */
  private end(): void {
    if (this.state === 'released') return
    this.state = 'released'
    this.clearTimer()
    this.detach()
    this.slots.active--
  }

  private clearTimer(): void {
    if (this.timer !== undefined) this.slots.clock.clearTimeout(this.timer)
    this.timer = undefined
  }
}

keepShape(new Slot({} as Slots, undefined))
