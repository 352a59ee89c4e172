import { AsyncResource } from 'node:async_hooks'
import { type VirtualClock, virtualClock } from '@holdfast/testing'

/** A virtual clock whose timers call back in the async context that they were set in, as those of the platform do. */
export function platformClock(): VirtualClock {
  const clock = virtualClock()
  const setTimeout = clock.setTimeout
  return Object.assign(clock, {
    setTimeout: (callback: () => void, delayMs: number) => setTimeout(AsyncResource.bind(callback), delayMs),
  })
}
