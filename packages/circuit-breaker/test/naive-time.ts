import type { Clock } from '@holdfast/core'

export interface NaiveTimer {
  readonly atMs: number
  readonly run: () => void
}

/** A clock and its timers, said as plainly as possible: a list in the order in which they were set. */
export class NaiveTime {
  timers: NaiveTimer[] = []
  private readonly startMs: number
  private readonly startEpochMs: number
  private elapsedMs = 0
  private jumpedMs = 0

  constructor(clock: Clock) {
    this.startMs = clock.nowMs()
    this.startEpochMs = clock.epochMs()
  }

  get nowMs(): number {
    return this.startMs + this.elapsedMs + this.jumpedMs
  }

  get epochMs(): number {
    return this.startEpochMs + this.elapsedMs + this.jumpedMs
  }

  after(ms: number, run: () => void): NaiveTimer | undefined {
    if (ms === Infinity) return undefined
    const timer = { atMs: this.elapsedMs + ms, run }
    this.timers.push(timer)
    return timer
  }

  cancel(timer: NaiveTimer | undefined): void {
    this.timers = this.timers.filter(other => other !== timer)
  }

  advance(ms: number): void {
    const targetMs = this.elapsedMs + ms
    while (true) {
      const [timer] = this.timers.filter(({ atMs }) => atMs <= targetMs).toSorted((one, other) => one.atMs - other.atMs)
      if (timer === undefined) break
      this.elapsedMs = timer.atMs
      this.cancel(timer)
      timer.run()
    }
    this.elapsedMs = targetMs
  }

  jump(ms: number): void {
    this.jumpedMs += ms
  }
}
