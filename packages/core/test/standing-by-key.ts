import { type Clock, type Keyed, keyed } from '@holdfast/core'
import type { Standing } from '@holdfast/core/kernel'
import { keyOf } from './call-key.ts'
import { type Telling, telling } from './layers.ts'

/** A policy for each key that stands as it is told to stand. */
export interface StandingByKey {
  readonly perKey: Keyed<string, Telling>
  /** All that were ever made, in order. */
  readonly made: Telling[]
  standingOf(policy: Telling): Standing
  stand(policy: Telling, standing: Standing): void
}

/** `making` is called first for each policy that is to be made. */
export function standingByKey(options: {
  readonly maxKeys: number
  readonly clock: Clock
  readonly making: (key: string) => void
}): StandingByKey {
  const { maxKeys, clock, making } = options
  const standings = new Map<Telling, Standing>()
  const made: Telling[] = []
  const make = (key: string): Telling => {
    making(key)
    const policy: Telling = telling({ clock, name: key }, { standing: () => standings.get(policy) ?? 'idle' })
    made.push(policy)
    return policy
  }
  return {
    perKey: keyed({ by: keyOf, make, maxKeys, clock }),
    made,
    standingOf: policy => standings.get(policy) ?? 'idle',
    stand: (policy, standing) => standings.set(policy, standing),
  }
}
