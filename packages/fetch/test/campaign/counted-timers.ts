import { type Clock, systemClock } from '@holdfast/core'

/** The platform's clock, with a count of the timers that neither ran nor were cleared. */
export function countedTimers(): Clock & { readonly pending: () => number } {
  const timers = new Set<unknown>()
  return {
    ...systemClock,
    setTimeout: (callback, delayMs) => {
      const timer = systemClock.setTimeout(() => {
        timers.delete(timer)
        callback()
      }, delayMs)
      timers.add(timer)
      return timer
    },
    clearTimeout: timer => {
      timers.delete(timer)
      systemClock.clearTimeout(timer)
    },
    pending: () => timers.size,
  }
}
