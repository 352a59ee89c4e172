import { consecutiveFailures, failureRate, slowCallRate, type Trip } from '@holdfast/circuit-breaker'

interface Rate {
  readonly kind: 'failureRate' | 'slowCallRate'
  readonly threshold: number
  readonly minCalls: number
  /** Only of a slowCallRate. */
  readonly slowerThanMs: number
  /** Of these two there is one. */
  readonly windowMs: number | undefined
  readonly windowCalls: number | undefined
}

export type Strategy = Rate | { readonly kind: 'consecutiveFailures'; readonly count: number }

export interface Ended {
  readonly isFailure: boolean
  readonly tookMs: number
  readonly atMs: number
}

export function tripOf(strategy: Strategy): Trip {
  if (strategy.kind === 'consecutiveFailures') return consecutiveFailures(strategy.count)
  const { threshold, minCalls, slowerThanMs, windowMs, windowCalls } = strategy
  const window = windowCalls === undefined ? { windowMs: windowMs as number } : { windowCalls }
  return strategy.kind === 'failureRate'
    ? failureRate({ threshold, minCalls, ...window })
    : slowCallRate({ threshold, minCalls, slowerThanMs, ...window })
}

/** What a trip strategy counts, said as plainly as possible: a list of all that ended, with its age, and filters. */
export class NaiveCounts {
  private readonly strategy: Strategy
  private list: (Ended & { readonly ageMs: number })[] = []
  private lastMs = 0
  private hasGoneBack = false

  constructor(strategy: Strategy) {
    this.strategy = strategy
  }

  /** Whether the circuit opens now; both answers, where the contract leaves it open. */
  record(ended: Ended): ReadonlySet<boolean> {
    // Only a clock that goes on makes things older.
    const passedMs = Math.max(0, ended.atMs - this.lastMs)
    this.hasGoneBack ||= ended.atMs < this.lastMs
    this.list = this.list.map(other => ({ ...other, ageMs: other.ageMs + passedMs }))
    this.list.push({ ...ended, ageMs: 0 })
    this.lastMs = ended.atMs
    const [fewest, most] = this.lengths
    const verdicts = new Set<boolean>()
    for (let length = fewest; length <= most; length++) verdicts.add(this.isReached(this.list.slice(-length)))
    return verdicts
  }

  clear(): void {
    this.list = []
  }

  private isReached(last: readonly Ended[]): boolean {
    const { strategy } = this
    if (strategy.kind === 'consecutiveFailures') {
      return last.length === strategy.count && last.every(({ isFailure }) => isFailure)
    }
    const { kind, slowerThanMs, minCalls, threshold } = strategy
    const counted = last.filter(({ isFailure, tookMs }) => (kind === 'failureRate' ? isFailure : tookMs > slowerThanMs))
    return last.length >= minCalls && counted.length / last.length >= threshold
  }

  /** How many of the latest are in the window, at least and at most. */
  private get lengths(): readonly [fewest: number, most: number] {
    const { list, strategy } = this
    const calls = strategy.kind === 'consecutiveFailures' ? strategy.count : strategy.windowCalls
    if (calls !== undefined) return [Math.min(calls, list.length), Math.min(calls, list.length)]
    const windowMs = (strategy as Rate).windowMs as number
    const youngerThan = (ms: number): number => list.filter(({ ageMs }) => ageMs < ms).length
    // The window moves in twentieths, and where they begin is known as long as the clock just goes on.
    if (this.hasGoneBack) return [youngerThan((windowMs / 20) * 19), youngerThan(windowMs)]
    const twentieth = (ms: number): number => Math.floor((ms * 20) / windowMs)
    const inWindow = list.filter(({ atMs }) => twentieth(this.lastMs) - twentieth(atMs) < 20).length
    return [inWindow, inWindow]
  }
}
