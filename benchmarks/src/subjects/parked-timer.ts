import { DEADLINE_MS, TIMEOUT_MS } from './job.ts'

/**
 * Keeps other timers of the same durations under way, as a busy service has: where there are none, Node makes and drops
 * its list of them with each call, and all that use timers cost more. Returns what ends that.
 */
export function parkTimers(): () => void {
  const park = (): void => {
    for (const ms of [TIMEOUT_MS, DEADLINE_MS]) setTimeout(() => {}, ms)
  }
  const parking = setInterval(park, TIMEOUT_MS / 2)
  park()
  return () => clearInterval(parking)
}
