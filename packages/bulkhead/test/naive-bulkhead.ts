export interface NaiveWork {
  readonly isPermit: boolean
  state: 'waiting' | 'running' | 'unheard' | 'over'
  /** When it leaves the queue, or loses the slot that nobody waits for any more. */
  limitMs: number
  /** Of two limits at the same time, the one that was set first passes first. */
  order: number
}

/** What a bulkhead does, said as plainly as possible: one list of all that was let in, in order, and no timers. */
export class NaiveBulkhead {
  private readonly works: NaiveWork[] = []
  private readonly maxQueued: number
  private readonly maxWaitMs: number
  private readonly reclaimMs: number
  private maxConcurrent: number
  private nowMs = 0
  private order = 0

  constructor(options: {
    readonly maxConcurrent: number
    readonly maxQueued: number
    readonly maxWaitMs: number
    readonly reclaimMs: number
  }) {
    this.maxConcurrent = options.maxConcurrent
    this.maxQueued = options.maxQueued
    this.maxWaitMs = options.maxWaitMs
    this.reclaimMs = options.reclaimMs
  }

  get active(): number {
    return this.works.filter(({ state }) => state === 'running' || state === 'unheard').length
  }

  get queued(): number {
    return this.waiting.length
  }

  /** Work that was let in, or undefined where it is refused. */
  enter(isPermit: boolean, mayWait: boolean): NaiveWork | undefined {
    const isFree = this.active < this.maxConcurrent && this.queued === 0
    if (!isFree && (!mayWait || this.queued >= this.maxQueued)) return undefined
    const work: NaiveWork = isFree
      ? { isPermit, state: 'running', limitMs: Infinity, order: 0 }
      : { isPermit, state: 'waiting', limitMs: this.nowMs + this.maxWaitMs, order: this.order++ }
    this.works.push(work)
    return work
  }

  /** The work has ended, or its permit was released. */
  end(work: NaiveWork): void {
    work.state = 'over'
    this.fill()
  }

  /** Nobody waits for the answer any more, and the work does not listen. */
  leave(work: NaiveWork): void {
    if (work.state === 'waiting') work.state = 'over'
    if (work.state !== 'running' || work.isPermit) return
    work.state = 'unheard'
    work.limitMs = this.nowMs + this.reclaimMs
    work.order = this.order++
  }

  update(maxConcurrent: number): void {
    this.maxConcurrent = maxConcurrent
    this.fill()
  }

  advance(ms: number): void {
    const targetMs = this.nowMs + ms
    for (let due = this.nextUntil(targetMs); due !== undefined; due = this.nextUntil(targetMs)) {
      this.nowMs = due.limitMs
      due.state = 'over'
      this.fill()
    }
    this.nowMs = targetMs
  }

  private get waiting(): NaiveWork[] {
    return this.works.filter(({ state }) => state === 'waiting')
  }

  private nextUntil(targetMs: number): NaiveWork | undefined {
    const limited = this.works.filter(({ state }) => state === 'waiting' || state === 'unheard')
    const due = limited.filter(({ limitMs }) => limitMs <= targetMs)
    return due.toSorted((one, other) => one.limitMs - other.limitMs || one.order - other.order)[0]
  }

  private fill(): void {
    for (const work of this.waiting.slice(0, Math.max(0, this.maxConcurrent - this.active))) {
      work.state = 'running'
      work.limitMs = Infinity
    }
  }
}
