import { breakers } from './no-clock-breakers.ts'
import { limits } from './no-clock-limits.ts'
import { slots } from './no-clock-slots.ts'
import type { Time } from './times.ts'

/** What policies do with time, if nobody gives them a clock. */
export interface Behaviour {
  readonly name: string
  /** Makes the policies. What it returns shows what they do; time is to go on only where it says so. */
  readonly prepare: () => (time: Time) => Promise<void>
}

/**
 * In real time nothing is certain but the order of timers, so that this is what these show: a timer never runs before
 * a shorter one that was set earlier, and marks between two moments are set first.
 */
export const behaviours: readonly Behaviour[] = [...limits, ...breakers, ...slots]
