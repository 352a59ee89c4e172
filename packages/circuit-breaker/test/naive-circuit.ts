export interface NaiveOptions {
  readonly failures: number
  readonly openMs: number
  readonly probes: number
  readonly successThreshold: number
  readonly failureThreshold: number
  readonly probeTimeoutMs: number
}

export interface NaiveCall {
  readonly era: number
  /** On the timeline of what has really passed; Infinity unless it is a probe. */
  readonly limitMs: number
  isSettled: boolean
}

/** What a circuit breaker does, said as plainly as possible: one list of calls, and no timers. */
export class NaiveCircuit {
  readonly options: NaiveOptions
  state: 'closed' | 'open' | 'halfOpen' | 'isolated' = 'closed'
  trips = 0
  private era = 0
  private elapsedMs = 0
  private jumpedMs = 0
  private openedMs = 0
  private failuresInARow = 0
  private probesSucceeded = 0
  private probesFailed = 0
  private calls: NaiveCall[] = []

  constructor(options: NaiveOptions) {
    this.options = options
  }

  /** A call, or undefined where it is rejected. */
  admit(): NaiveCall | undefined {
    this.openedMs = Math.min(this.openedMs, this.nowMs)
    if (this.state === 'open' && this.nowMs >= this.openedMs + this.options.openMs) this.enter('halfOpen')
    if (this.state === 'open' || this.state === 'isolated') return undefined
    const isProbe = this.state === 'halfOpen'
    if (isProbe && this.running.length >= this.options.probes) return undefined
    const limitMs = isProbe ? this.elapsedMs + this.options.probeTimeoutMs : Infinity
    const call = { era: this.era, limitMs, isSettled: false }
    this.calls.push(call)
    return call
  }

  settle(call: NaiveCall, outcome: 'success' | 'failure' | 'ignored'): void {
    if (call.isSettled) return
    call.isSettled = true
    if (call.era !== this.era || outcome === 'ignored') return
    if (this.state === 'closed') this.count(outcome)
    else if (this.state === 'halfOpen') this.countProbe(outcome)
  }

  isolate(): void {
    this.enter('isolated')
  }

  close(): void {
    this.trips = 0
    this.failuresInARow = 0
    if (this.state !== 'closed') this.enter('closed')
  }

  advance(ms: number): void {
    const targetMs = this.elapsedMs + ms
    const due = this.calls
      .filter(({ limitMs }) => limitMs <= targetMs)
      .toSorted((one, other) => one.limitMs - other.limitMs)
    for (const call of due) {
      if (call.isSettled) continue
      this.elapsedMs = call.limitMs
      this.settle(call, 'failure')
    }
    this.elapsedMs = targetMs
  }

  jump(ms: number): void {
    this.jumpedMs += ms
  }

  private get nowMs(): number {
    return this.elapsedMs + this.jumpedMs
  }

  private get running(): NaiveCall[] {
    return this.calls.filter(({ era, isSettled }) => era === this.era && !isSettled)
  }

  private count(outcome: 'success' | 'failure'): void {
    this.failuresInARow = outcome === 'failure' ? this.failuresInARow + 1 : 0
    if (this.failuresInARow >= this.options.failures) this.trip()
  }

  private countProbe(outcome: 'success' | 'failure'): void {
    if (outcome === 'failure') this.probesFailed++
    else this.probesSucceeded++
    if (this.probesFailed >= this.options.failureThreshold) this.trip()
    else if (this.probesSucceeded >= this.options.successThreshold) this.close()
  }

  private trip(): void {
    this.trips++
    this.openedMs = this.nowMs
    this.enter('open')
  }

  private enter(state: NaiveCircuit['state']): void {
    this.state = state
    this.era++
    this.probesSucceeded = this.probesFailed = 0
  }
}
