import { type CircuitBreaker, circuitBreaker, type Trip } from '@holdfast/circuit-breaker'
import type { VirtualClock } from '@holdfast/testing'

export type Fault = 'none' | 'throws' | 'odd' | 'rejects' | 'isolates' | 'closes'

/** Where a breaker asks code of its user's. */
export const places = [
  'handles',
  'ignores',
  'handlesResult',
  'record',
  'failsProbe',
  'reset',
  'openMs',
  'random',
  'listener',
] as const

type Place = (typeof places)[number]

/** What the code of the user does, place by place, over and over. */
export type Faults = { readonly [Each in Place]: readonly Fault[] }

/** So that what a fault causes, and what that causes, comes to an end. */
const MOST = 100

/** A breaker whose user makes all the faults of a plan, until they are mended. */
export class FaultyBreaker {
  readonly breaker: CircuitBreaker
  isMended = false
  private readonly plan: Faults
  private readonly asked = new Map<Place, number>()

  constructor(plan: Faults, clock: VirtualClock) {
    this.plan = plan
    const trip: Trip = () => ({
      record: ({ isFailure }) => this.ask('record', isFailure),
      failsProbe: ({ isFailure }) => this.ask('failsProbe', isFailure),
      reset: () => this.ask('reset', undefined),
    })
    this.breaker = circuitBreaker({
      clock,
      trip,
      handles: () => this.ask('handles', true),
      ignores: () => this.ask('ignores', false),
      handlesResult: () => this.ask('handlesResult', false),
      openMs: () => this.ask('openMs', 100),
      random: () => this.ask('random', 1),
      halfOpen: { probes: 2, successThreshold: 2, failureThreshold: 2, probeTimeoutMs: 50 },
    })
    this.breaker.subscribe(() => this.ask('listener', undefined))
  }

  private ask<T>(place: Place, sane: T): T {
    const asked = this.asked.get(place) ?? 0
    this.asked.set(place, asked + 1)
    if (this.isMended || asked > MOST) return sane
    const faults = this.plan[place]
    const fault = faults[asked % faults.length]
    if (fault === 'throws') throw new Error(`${place} is broken`)
    if (fault === 'odd') return Number.NaN as T
    if (fault === 'rejects') return this.promised(place, sane)
    if (fault === 'isolates') this.breaker.isolate()
    if (fault === 'closes') this.breaker.close()
    return sane
  }

  /** Promises come where predicates are async by mistake. */
  private promised<T>(place: Place, sane: T): T {
    const isPredicate = !['record', 'failsProbe', 'random'].includes(place)
    return isPredicate ? (Promise.reject(new Error(`${place} is async`)) as T) : sane
  }
}
