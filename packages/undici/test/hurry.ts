import { type Step, step } from '@holdfast/fault-server'
import type { VirtualClock } from '@holdfast/testing'
import type { ResilientInterceptor } from '@holdfast/undici'

/** Lets the waits between attempts pass at once. */
export function hurry(clock: VirtualClock, policy: ResilientInterceptor['policy']): void {
  policy.subscribe(event => {
    if (event.type === 'retry.scheduled') void clock.advance(event.delayMs + 1)
  })
}

/** Never answers. As soon as it has the whole request, the time of an attempt passes, that of the preset. */
export function hangs(clock: VirtualClock): Step {
  return step('hangs', () => void clock.advance(8_000))
}
