import { inPresentContext } from './async-context.ts'
import type { Schedule } from './schedule.ts'
import { TimerHeap } from './timer-heap.ts'
import { START_EPOCH_MS, START_MS, timerMs } from './virtual-clock.ts'

/** How long work takes at most where no timer comes before, in milliseconds. */
const LONGEST_WORK_MS = 1_000
/** Stalls are of all magnitudes, from 1 ms to ten to the power of this. */
const STALL_MAGNITUDES = 4

/** The time of a schedule, which is told how to go on. */
export class ScheduleClock {
  readonly clock: Schedule['clock']
  /** Since the begin of the schedule. */
  elapsedMs = 0
  private readonly timers: TimerHeap
  private readonly draw: () => number

  constructor(draw: () => number, runs: (label: string) => void) {
    const timers = new TimerHeap(draw)
    this.timers = timers
    this.draw = draw
    this.clock = {
      nowMs: () => START_MS + this.elapsedMs,
      epochMs: () => START_EPOCH_MS + this.elapsedMs,
      setTimeout: (callback, delayMs) => {
        const ms = timerMs(delayMs)
        const bound = inPresentContext(callback)
        return timers.add(this.elapsedMs + ms, () => {
          runs(`timer of ${readable(ms)} ms`)
          bound()
        })
      },
      clearTimeout: timer => timers.remove(timer),
      get pendingTimers() {
        return timers.size
      },
    }
  }

  get isDue(): boolean {
    return this.timers.nextAtMs <= this.elapsedMs
  }

  /** Until a timer is due, if there is one. */
  goToNextTimer(): void {
    if (this.timers.size > 0) this.elapsedMs = Math.max(this.elapsedMs, this.timers.nextAtMs)
  }

  /** By a part of what is left until then: of what is due already, nothing. */
  goTowardsNextTimer(): void {
    const leftMs = Math.max(0, this.timers.nextAtMs - this.elapsedMs)
    this.elapsedMs += Math.floor(this.draw() * Math.min(leftMs, LONGEST_WORK_MS))
  }

  stall(): void {
    this.elapsedMs += Math.floor(10 ** (this.draw() * STALL_MAGNITUDES))
  }

  /** Runs the timer that has been due for longest; throws what it throws. */
  runTimer(): void {
    this.timers.takeUntil(this.elapsedMs)?.callback()
  }
}

/** Milliseconds without the digits that nobody wants to read. */
export function readable(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
