import type { Clock } from '@holdfast/core'
import type { RetryBudget } from '@holdfast/retry'
import { expect } from 'vitest'

const WINDOW_MS = 10_000

export interface Shares {
  readonly ratio: number
  readonly minPerSecond: number
}

/** A list of all calls and retries of a budget, with their ages. Only a clock that goes on makes them older. */
export class Ledger {
  private calls: number[] = []
  private retries: number[] = []
  private lastMs: number | undefined = undefined
  private readonly shares: Shares

  constructor(shares: Shares) {
    this.shares = shares
  }

  read(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - (this.lastMs ?? nowMs))
    const aged = (ages: readonly number[]): number[] => ages.map(ageMs => ageMs + passedMs)
    this.calls = aged(this.calls)
    this.retries = aged(this.retries)
    this.lastMs = nowMs
  }

  deposit(): void {
    this.calls.push(0)
  }

  withdraw(): void {
    this.retries.push(0)
  }

  /** What the calls and the retries of the last ten seconds leave. */
  get left(): number {
    return this.leftBy(WINDOW_MS, WINDOW_MS)
  }

  /** The same where a second more or less counts against the retries. */
  get leastLeft(): number {
    return this.leftBy(WINDOW_MS - 1_000, WINDOW_MS + 1_000)
  }

  private leftBy(callsMs: number, retriesMs: number): number {
    const { ratio, minPerSecond } = this.shares
    const within = (ages: readonly number[], ms: number): number => ages.filter(ageMs => ageMs < ms).length
    return ratio * within(this.calls, callsMs) + 10 * minPerSecond - within(this.retries, retriesMs)
  }
}

/** A budget that is watched: it grants nothing that the list does not have. */
export function watched(budget: RetryBudget, ledger: Ledger): RetryBudget {
  return {
    remaining: clock => budget.remaining(clock),
    deposit: clock => {
      ledger.read(clock.nowMs())
      ledger.deposit()
      budget.deposit(clock)
    },
    withdraw: (clock: Clock) => {
      ledger.read(clock.nowMs())
      const { left } = ledger
      const isGranted = budget.withdraw(clock)
      if (isGranted) {
        expect(left).toBeGreaterThanOrEqual(1)
        ledger.withdraw()
      }
      return isGranted
    },
  }
}
