import type { Coming, Limits } from './coming.ts'
import type { NaiveCall } from './naive-call.ts'

interface NaiveTimer {
  readonly atMs: number
  readonly call: NaiveCall
  readonly what: 'limit' | 'cut' | 'wait' | 'reclaim'
  readonly act: () => void
}

/** What a bulkhead does, said as plainly as possible: lists of all that happened, and jobs for what a promise brings. */
export class NaiveBulkhead {
  readonly calls: NaiveCall[] = []
  events: unknown[] = []
  begun: number[] = []
  nowMs = 0
  isEnabled = true
  timers: NaiveTimer[] = []
  private queue: NaiveCall[] = []
  private jobs: (() => void)[] = []
  private elapsedMs = 0
  private readonly options: { -readonly [Option in keyof Limits]: Limits[Option] }

  constructor(options: Limits) {
    this.options = { ...options }
  }

  get active(): number {
    return this.calls.filter(({ slot }) => slot === 'granted' || slot === 'held').length
  }

  get queued(): number {
    return this.queue.length
  }

  get going(): number[] {
    return this.calls.filter(({ work }) => work === 'going').map(({ id }) => id)
  }

  come(coming: Coming): NaiveCall {
    const id = this.calls.length
    const call: NaiveCall = { id, coming, slot: 'none', work: 'before', outcome: undefined, queuedAtMs: 0 }
    this.calls.push(call)
    if (coming.signal === 'aborted') this.answer(call, 'enough')
    else this.enter(call)
    return call
  }

  end(call: NaiveCall, outcome: string): void {
    if (call.work !== 'going') return
    call.work = 'ended'
    this.jobs.push(() => {
      this.free(call)
      this.answer(call, outcome)
    })
  }

  release(call: NaiveCall): void {
    if (call.outcome === 'permit') this.free(call)
  }

  /** Nobody waits for the answer any more. */
  leave(call: NaiveCall, outcome: string): void {
    if (call.outcome !== undefined) return
    this.answer(call, outcome)
    this.queue = this.queue.filter(other => other !== call)
    if (call.slot === 'queued') call.slot = 'none'
    if (call.slot === 'granted') this.free(call)
    if (call.slot === 'held') this.after(this.options.reclaimMs, call, 'reclaim', () => this.reclaim(call))
    if (call.coming.work === 'listens') this.end(call, outcome)
  }

  update(maxConcurrent: number): void {
    this.options.maxConcurrent = maxConcurrent
    this.handOver()
  }

  /** All that promises bring, and no time passes. */
  settle(): void {
    for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift()) job()
  }

  advance(ms: number): void {
    const endMs = this.elapsedMs + ms
    this.settle()
    for (let next = this.dueUntil(endMs); next !== undefined; next = this.dueUntil(endMs)) {
      const due = next
      this.timers = this.timers.filter(timer => timer !== due)
      this.nowMs += due.atMs - this.elapsedMs
      this.elapsedMs = due.atMs
      due.act()
      this.settle()
    }
    this.nowMs += endMs - this.elapsedMs
    this.elapsedMs = endMs
  }

  private enter(call: NaiveCall): void {
    const { as, cut, cutMs, timeoutMs, isLate } = call.coming
    const { maxConcurrent, maxQueued, maxWaitMs } = this.options
    this.after(timeoutMs, call, 'limit', () => this.leave(call, `timeout ${timeoutMs}`))
    if (isLate) this.nowMs += timeoutMs
    if (cut === 'outside') this.after(cutMs, call, 'cut', () => this.leave(call, `timeout ${cutMs}`))
    if (!this.isEnabled) return this.begin(call)
    if (this.active < maxConcurrent && this.queued === 0) {
      call.slot = 'granted'
      this.tell(call, 'acquired', { waitMs: 0 })
      return this.begin(call)
    }
    if (as === 'tryAcquire') return this.answer(call, 'none')
    if (this.queued >= maxQueued || maxWaitMs === 0) return this.refuse(call, 'full')
    if (isLate) return this.refuse(call, 'deadline')
    call.slot = 'queued'
    call.queuedAtMs = this.nowMs
    this.queue.push(call)
    this.after(maxWaitMs, call, 'wait', () => this.giveUp(call))
    this.tell(call, 'queued')
  }

  private begin(call: NaiveCall): void {
    const { as, cut, cutMs, work } = call.coming
    if (as === 'acquire') this.jobs.push(() => this.hold(call))
    if (as === 'tryAcquire') this.hold(call)
    if (as !== 'run') return
    if (call.slot === 'granted') call.slot = 'held'
    call.work = 'going'
    this.begun.push(call.id)
    if (cut === 'inside') this.after(cutMs, call, 'cut', () => this.leave(call, `timeout ${cutMs}`))
    if (work === 'throws' || work === 'returns') this.end(call, work)
  }

  private hold(call: NaiveCall): void {
    if (call.outcome !== undefined) return
    if (call.slot === 'granted') call.slot = 'held'
    this.answer(call, 'permit')
  }

  private handOver(): void {
    while (this.active < this.options.maxConcurrent) {
      const call = this.queue.shift()
      if (call === undefined) return
      call.slot = 'granted'
      this.stop(call, 'wait')
      this.tell(call, 'acquired', { waitMs: Math.max(0, this.nowMs - call.queuedAtMs) })
      this.jobs.push(() => call.slot === 'granted' && this.begin(call))
    }
  }

  private free(call: NaiveCall): void {
    this.stop(call, 'reclaim')
    if (call.slot === 'none') return
    call.slot = 'none'
    this.handOver()
  }

  private reclaim(call: NaiveCall): void {
    call.slot = 'none'
    this.tell(call, 'reclaimed')
    this.handOver()
  }

  private giveUp(call: NaiveCall): void {
    this.queue = this.queue.filter(other => other !== call)
    call.slot = 'none'
    this.refuse(call, 'waited')
  }

  private refuse(call: NaiveCall, reason: string): void {
    const outcome = `full ${this.active} ${this.queued}`
    this.tell(call, 'rejected', { reason })
    this.jobs.push(() => this.answer(call, outcome))
  }

  private answer(call: NaiveCall, outcome: string): void {
    call.outcome ??= outcome
    this.stop(call, 'limit', 'cut', 'wait')
  }

  private tell(call: NaiveCall, what: string, facts: object = {}): void {
    const { active, queued } = this
    this.events.push({ id: call.id, type: `bulkhead.${what}`, active, queued, ...facts })
  }

  private after(ms: number, call: NaiveCall, what: NaiveTimer['what'], act: () => void): void {
    if (ms < Infinity) this.timers.push({ atMs: this.elapsedMs + ms, call, what, act })
  }

  private stop(call: NaiveCall, ...what: NaiveTimer['what'][]): void {
    this.timers = this.timers.filter(timer => timer.call !== call || !what.includes(timer.what))
  }

  /** Of two timers at the same time, the one that was set first. */
  private dueUntil(endMs: number): NaiveTimer | undefined {
    const due = this.timers.filter(({ atMs }) => atMs <= endMs)
    return due.toSorted((one, other) => one.atMs - other.atMs)[0]
  }
}
