import type { NaiveTime, NaiveTimer } from './naive-time.ts'

export interface NaiveWaiter {
  status: 'waiting' | 'available' | 'gone'
}

/** Those who wait for a circuit: a list, and one alarm for all of them. */
export class NaiveWaiters {
  private readonly time: NaiveTime
  private readonly availableInMs: () => number
  private list: NaiveWaiter[] = []
  private alarm: NaiveTimer | undefined = undefined

  constructor(time: NaiveTime, availableInMs: () => number) {
    this.time = time
    this.availableInMs = availableInMs
  }

  /** After a clock step, who comes may see before the alarm that calls would be let through; all are woken then. */
  wait(): NaiveWaiter {
    const waiter: NaiveWaiter = { status: 'waiting' }
    this.list.push(waiter)
    this.look()
    return waiter
  }

  leave(waiter: NaiveWaiter): void {
    if (waiter.status !== 'waiting') return
    waiter.status = 'gone'
    this.list = this.list.filter(other => other !== waiter)
    this.look()
  }

  /** Wakes all if a call would be let through now, or looks again when one may be. */
  look(): void {
    this.time.cancel(this.alarm)
    if (this.list.length === 0) return
    const inMs = this.availableInMs()
    if (inMs > 0) {
      this.alarm = this.time.after(inMs, () => this.look())
      return
    }
    for (const waiter of this.list) waiter.status = 'available'
    this.list = []
  }
}
