import type { NaiveTime, NaiveTimer } from './naive-time.ts'
import { NaiveWaiters } from './naive-waiters.ts'

export interface NaiveOptions {
  readonly failures: number
  /** Without the jitter. */
  readonly openMs: (facts: { readonly trips: number }) => number
  /** What the lot brings, trip by trip, over and over. */
  readonly draws: readonly number[]
  readonly mode: 'enforce' | 'observe'
  readonly probes: number
  readonly successThreshold: number
  readonly failureThreshold: number
  readonly probeTimeoutMs: number
}

export interface NaiveCall {
  readonly era: number
  readonly startedMs: number
  readonly timer: NaiveTimer | undefined
  isSettled: boolean
}

export interface NaiveSnapshot {
  readonly version: 1
  readonly state: 'closed' | 'open' | 'isolated'
  readonly openUntilEpochMs: number | null
  readonly trips: number
  readonly reason: string | null
}

/** What a circuit breaker does, said as plainly as possible: lists of calls and of who waits, and a number for the era. */
export class NaiveCircuit {
  state: 'closed' | 'open' | 'halfOpen' | 'isolated' = 'closed'
  /** What it has told. */
  events: object[] = []
  trips = 0
  readonly waiters: NaiveWaiters
  private readonly options: NaiveOptions
  private readonly time: NaiveTime
  private drawn = 0
  private era = 0
  private openedMs = 0
  private openMs = 0
  private reason: string | undefined = undefined
  private results: ('success' | 'failure')[] = []
  private calls: NaiveCall[] = []

  constructor(options: NaiveOptions, time: NaiveTime, snapshot?: NaiveSnapshot) {
    this.options = options
    this.time = time
    this.waiters = new NaiveWaiters(time, () => this.availableInMs)
    if (snapshot !== undefined) this.restore(snapshot)
  }

  /** A call, or undefined where it is rejected. */
  admit(): NaiveCall | undefined {
    const isFirst = this.state === 'open' && this.remainingMs === 0
    if (isFirst) this.enter('halfOpen')
    const isProbe = this.state === 'halfOpen'
    if (this.state === 'isolated' || this.state === 'open' || (isProbe && this.probes >= this.options.probes)) {
      this.tell('circuit.rejected', { mode: this.options.mode, retryAfterMs: this.retryAfterMs })
      return undefined
    }
    const timer = isProbe ? this.time.after(this.options.probeTimeoutMs, () => this.settle(call, 'failure')) : undefined
    const call: NaiveCall = { era: this.era, startedMs: this.time.nowMs, timer, isSettled: false }
    this.calls.push(call)
    if (isFirst) this.tell('circuit.halfOpened', {})
    this.waiters.look()
    return call
  }

  settle(call: NaiveCall, outcome: 'success' | 'failure' | 'ignored'): void {
    if (call.isSettled) return
    call.isSettled = true
    this.time.cancel(call.timer)
    if (call.era === this.era && outcome !== 'ignored') this.count(outcome)
    this.waiters.look()
  }

  /** A timeout further out has passed. */
  cut(call: NaiveCall, limitMs: number): void {
    this.settle(call, this.time.nowMs - call.startedMs >= limitMs / 2 ? 'failure' : 'ignored')
  }

  record(outcome: 'success' | 'failure' | 'ignored'): void {
    if (this.state === 'closed' && outcome !== 'ignored') this.count(outcome)
  }

  isolate(reason: string | undefined): void {
    this.enter('isolated')
    this.reason = reason
    this.tell('circuit.opened', { cause: 'isolated', openMs: Infinity, trips: this.trips, reason })
  }

  close(cause: 'manual' | 'probe', reason: string | undefined): void {
    this.trips = 0
    this.results = []
    if (this.state === 'closed') return
    this.enter('closed')
    this.tell('circuit.closed', { cause, reason })
  }

  snapshot(): NaiveSnapshot {
    const isOpen = this.state === 'open' || this.state === 'halfOpen'
    const remainingMs = this.state === 'open' ? this.remainingMs : 0
    return {
      version: 1,
      state: this.state === 'halfOpen' ? 'open' : this.state,
      openUntilEpochMs: isOpen && remainingMs < Infinity ? this.time.epochMs + remainingMs : null,
      trips: this.trips,
      reason: this.state === 'isolated' ? (this.reason ?? null) : null,
    }
  }

  get retryAfterMs(): number {
    if (this.state === 'open') return this.remainingMs
    return this.state === 'halfOpen' ? 0 : Infinity
  }

  /** Until a call would be let through. */
  get availableInMs(): number {
    if (this.options.mode === 'observe' || this.state === 'closed') return 0
    if (this.state === 'halfOpen') return this.probes < this.options.probes ? 0 : Infinity
    return this.retryAfterMs
  }

  /** Calls of this era that run. */
  get probes(): number {
    return this.calls.filter(({ era, isSettled }) => era === this.era && !isSettled).length
  }

  /** A clock that went back starts the open time anew. */
  private get remainingMs(): number {
    this.openedMs = Math.min(this.openedMs, this.time.nowMs)
    return Math.max(0, this.openedMs + this.openMs - this.time.nowMs)
  }

  private restore({ state, openUntilEpochMs, trips, reason }: NaiveSnapshot): void {
    this.trips = trips
    if (state === 'closed') return
    const leftMs = openUntilEpochMs === null ? Infinity : Math.max(0, openUntilEpochMs - this.time.epochMs)
    this.openMs = state === 'isolated' ? Infinity : Math.min(leftMs, this.options.openMs({ trips }))
    this.openedMs = this.time.nowMs
    this.reason = reason ?? undefined
    this.enter(state)
    this.tell('circuit.opened', { cause: 'restored', openMs: this.openMs, trips, reason: this.reason })
  }

  private count(outcome: 'success' | 'failure'): void {
    this.results.push(outcome)
    if (this.state === 'closed') {
      const last = this.results.slice(-this.options.failures)
      const isTripped = last.length === this.options.failures && !last.includes('success')
      if (isTripped) this.trip('tripped')
      return
    }
    const failures = this.results.filter(result => result === 'failure').length
    if (failures >= this.options.failureThreshold) this.trip('probe')
    else if (this.results.length - failures >= this.options.successThreshold) this.close('probe', undefined)
  }

  private trip(cause: 'tripped' | 'probe'): void {
    const { openMs, draws } = this.options
    this.trips++
    this.openMs = (openMs({ trips: this.trips }) * (1 + (draws[this.drawn++ % draws.length] as number))) / 2
    this.openedMs = this.time.nowMs
    this.enter('open')
    this.tell('circuit.opened', { cause, openMs: this.openMs, trips: this.trips, reason: undefined })
  }

  private enter(state: NaiveCircuit['state']): void {
    this.state = state
    this.era++
    this.results = []
    if (state !== 'halfOpen') this.waiters.look()
  }

  private tell(type: string, facts: object): void {
    this.events.push({ type, atMs: this.time.nowMs, ...facts })
  }
}
