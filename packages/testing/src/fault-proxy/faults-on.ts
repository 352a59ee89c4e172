import { type ArmedTrap, armedTrap } from './armed-trap.ts'
import type { Change } from './conditions.ts'
import type { Faults, Trap } from './faults.ts'
import {
  type Cut,
  readCut,
  readCutAfter,
  readCutAt,
  readDelay,
  readSilence,
  readThrottle,
  type TrapPlan,
} from './options.ts'

/** One link, or all links of a proxy. */
export interface Faulty {
  readonly change: (change: Change) => void
  readonly sever: (cut: Cut) => void
  readonly set: (trap: ArmedTrap) => void
}

/** The faults of a link or a proxy, by what they come down to. */
export function faultsOn({ change, sever, set }: Faulty): Faults {
  const arm = (plan: TrapPlan): Trap => {
    const trap = armedTrap(plan)
    set(trap)
    return trap
  }
  return {
    cut: options => sever(readCut(options)),
    delay: options => change(readDelay(options)),
    throttle: options => change(readThrottle(options)),
    silence: options => change(readSilence(options)),
    cutAfter: options => arm(readCutAfter(options)),
    cutAt: options => arm(readCutAt(options)),
  }
}
