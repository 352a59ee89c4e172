import type { FaultyLink, Trap } from './faults.ts'
import type { Lane } from './lane.ts'
import { matcher } from './matcher.ts'
import type { TrapPlan } from './options.ts'

/** A trap, for those who spring it. */
export interface ArmedTrap extends Trap {
  readonly plan: TrapPlan
  readonly isArmed: boolean
  /** Takes one of its times: no other link may have the same. */
  readonly spend: () => void
  /** Tells that it has sprung on this link. */
  readonly tell: (link: FaultyLink) => void
}

export function armedTrap(plan: TrapPlan): ArmedTrap {
  let left = plan.times
  let count = 0
  // `Promise.withResolvers` is not in Node 20.
  let tell: (link: FaultyLink) => void = () => {}
  const sprung = new Promise<FaultyLink>(resolve => {
    tell = resolve
  })
  return {
    plan,
    sprung,
    get count() {
      return count
    },
    get isArmed() {
      return left > 0
    },
    spend() {
      left -= 1
      count += 1
    },
    tell,
    disarm() {
      left = 0
    },
  }
}

/** Sets a trap on a lane: `spring` is called when its place in the stream is reached. */
export function setTrap(trap: ArmedTrap, lane: Lane, spring: () => void): void {
  const isWanted = (): boolean => trap.isArmed
  const stopAt = (offset: number): void => lane.stopAt({ offset, isWanted, reached: spring })
  const { on } = trap.plan
  if ('bytes' in on) stopAt(lane.passed + on.bytes)
  else {
    const { length } = on.match
    const distance = { before: 0, within: Math.floor(length / 2), after: length }[on.at]
    const find = matcher(on.match)
    lane.watch({
      isWanted,
      see(chunk, offset) {
        for (const at of find(chunk)) stopAt(offset + at + distance)
      },
    })
  }
}
