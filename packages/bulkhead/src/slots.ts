import { BulkheadFullError, type Clock, type Operation } from '@holdfast/core'
import { type Emitter, type KernelCall, Queue, rejectWith, startTimer } from '@holdfast/core/kernel'
import type { BulkheadEvent, BulkheadRejected } from './events.ts'
import { Slot } from './slot.ts'

export interface SlotsOptions {
  maxConcurrent: number
  readonly maxQueued: number
  readonly maxWaitMs: number
  readonly reclaimMs: number
}

/** Gives a slot back when the work of the call in it has settled. */
export interface Holder {
  settled(call: KernelCall): void
}

/** The slots of a bulkhead, and who waits for one. */
export class Slots implements Holder {
  readonly options: SlotsOptions
  readonly emitter: Emitter<BulkheadEvent>
  readonly clock: Clock
  active = 0
  private readonly waiting = new Queue<Slot>()

  constructor(options: SlotsOptions, emitter: Emitter<BulkheadEvent>) {
    this.options = options
    this.emitter = emitter
    this.clock = emitter.identity.clock
  }

  get queued(): number {
    return this.waiting.length
  }

  /** A slot at once, or undefined. Who waits comes first. */
  take(call: KernelCall | undefined): Slot | undefined {
    if (!this.hasRoom) return undefined
    this.active++
    const slot = new Slot(this, call)
    this.tellAcquired(call)
    return slot
  }

  /** What holds the slot of `call`, if there is one at once. Nothing but the end of its work can end most calls. */
  enter(call: KernelCall): Holder | undefined {
    if (call.isCancellable) return this.take(call)?.entered(call)
    if (!this.hasRoom) return undefined
    this.active++
    this.tellAcquired(call)
    return this
  }

  settled(call: KernelCall): void {
    if (call.hasAbandonedWork) return new Slot(this, call).settled(call)
    this.active--
    this.handOver()
  }

  /** A slot when there is one. Rejects when the wait cannot succeed, is too long, or is cancelled. */
  wait(call: KernelCall, operation?: Operation<unknown>): Promise<Slot> {
    const { maxQueued, maxWaitMs } = this.options
    if (this.queued >= maxQueued || maxWaitMs === 0) return this.refuse('full', call)
    const nowMs = this.clock.nowMs()
    if (call.deadlineMs <= nowMs) return this.refuse('deadline', call)
    const slot = new Slot(this, call)
    const granted = slot.queue(nowMs, operation)
    this.waiting.push(slot)
    slot.timer = startTimer(this.clock, () => this.giveUp(slot), maxWaitMs)
    if (this.emitter.isHeard) this.tell({ type: 'bulkhead.queued' }, call)
    return granted
  }

  /** Takes `slot` out of the queue. */
  leave(slot: Slot): void {
    this.waiting.remove(slot)
  }

  /** A slot came back, or there are more of them: those who wait longest get them, at once. */
  handOver(): void {
    while (this.active < this.options.maxConcurrent) {
      const slot = this.waiting.first
      if (slot === undefined) return
      this.waiting.remove(slot)
      this.active++
      slot.grant()
      if (!this.emitter.isHeard) continue
      const waitMs = Math.max(0, this.clock.nowMs() - (slot.queuedAtMs as number))
      this.tell({ type: 'bulkhead.acquired', waitMs }, slot.call)
    }
  }

  tell(
    facts:
      | { type: 'bulkhead.queued' | 'bulkhead.reclaimed' }
      | { type: 'bulkhead.acquired'; waitMs: number }
      | Pick<BulkheadRejected, 'type' | 'reason'>,
    call: KernelCall | undefined,
  ): void {
    this.emitter.emit({ ...facts, active: this.active, queued: this.queued }, call)
  }

  private get hasRoom(): boolean {
    return this.active < this.options.maxConcurrent && this.queued === 0
  }

  private tellAcquired(call: KernelCall | undefined): void {
    if (this.emitter.isHeard) this.tell({ type: 'bulkhead.acquired', waitMs: 0 }, call)
  }

  private giveUp(slot: Slot): void {
    this.waiting.remove(slot)
    slot.refuse(this.refuse('waited', slot.call))
  }

  private refuse(reason: BulkheadRejected['reason'], call: KernelCall | undefined): Promise<never> {
    const facts = { active: this.active, queued: this.queued }
    if (this.emitter.isHeard) this.tell({ type: 'bulkhead.rejected', reason }, call)
    return rejectWith(() => new BulkheadFullError(this.emitter.identity.name, facts))
  }
}
