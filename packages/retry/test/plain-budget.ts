const WINDOW_SECONDS = 10

/** A budget that keeps a list of all that happened. Calls count for at most ten seconds, retries for at least ten. */
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
    const granted = this.ratio * recent(this.calls, nowMs, WINDOW_SECONDS) + this.minPerSecond * WINDOW_SECONDS
    return Math.max(0, Math.floor(granted - recent(this.retries, nowMs, WINDOW_SECONDS + 1)))
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

/** How many of these times are in the present second of the clock or in those before it, so many in all. */
function recent(times: readonly number[], nowMs: number, seconds: number): number {
  return times.filter(atMs => Math.floor(atMs / 1_000) > Math.floor(nowMs / 1_000) - seconds).length
}
