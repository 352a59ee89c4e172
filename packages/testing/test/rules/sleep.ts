import type { Clock } from '@holdfast/core'

/** A wait that nothing ends early. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise(resolve => {
    clock.setTimeout(resolve, ms)
  })
}
