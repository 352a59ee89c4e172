const WINDOW_SECONDS = 10

/** A budget that keeps a list of all that happened, and counts what began in one of the last ten seconds. */
export class PlainBudget {
  private readonly ratio: number
  private readonly minPerSecond: number
  private readonly calls: number[] = []
  private readonly retries: number[] = []

  constructor(ratio: number, minPerSecond: number) {
    this.ratio = ratio
    this.minPerSecond = minPerSecond
  }

  remaining(nowMs: number): number {
    const granted = this.ratio * recent(this.calls, nowMs) + this.minPerSecond * WINDOW_SECONDS
    return Math.max(0, Math.floor(granted - recent(this.retries, nowMs)))
  }

  deposit(nowMs: number): void {
    this.calls.push(nowMs)
  }

  withdraw(nowMs: number): boolean {
    const isGranted = this.remaining(nowMs) > 0
    if (isGranted) this.retries.push(nowMs)
    return isGranted
  }
}

function recent(times: readonly number[], nowMs: number): number {
  return times.filter(atMs => Math.floor(atMs / 1_000) > Math.floor(nowMs / 1_000) - WINDOW_SECONDS).length
}
