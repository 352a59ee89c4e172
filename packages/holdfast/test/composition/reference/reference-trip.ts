import type { TripPlan } from './plan.ts'

interface Counted {
  readonly isFailure: boolean
  readonly tookMs: number
  readonly atMs: number
}

export interface ReferenceTrip {
  /** Whether this outcome opens the circuit. */
  readonly counts: (outcome: Counted) => boolean
  readonly failsProbe: (outcome: Counted) => boolean
  readonly forget: () => void
}

export function referenceTrip(plan: TripPlan): ReferenceTrip {
  if (plan.by !== 'any') return oneTrip(plan)
  const trips = plan.of.map(referenceTrip)
  return {
    counts: outcome => trips.filter(trip => trip.counts(outcome)).length > 0,
    failsProbe: outcome => trips.some(trip => trip.failsProbe(outcome)),
    forget: () => {
      for (const { forget } of trips) forget()
    },
  }
}

/** All outcomes since the circuit closed, and a look at the last of them. */
function oneTrip(plan: Exclude<TripPlan, { readonly by: 'any' }>): ReferenceTrip {
  let outcomes: Counted[] = []
  const isCounted = ({ isFailure, tookMs }: Counted): boolean =>
    plan.by === 'rate' && plan.slowerThanMs !== undefined ? tookMs > plan.slowerThanMs : isFailure

  const opens = (nowMs: number): boolean => {
    if (plan.by === 'row') return outcomes.length >= plan.failures && outcomes.slice(-plan.failures).every(isCounted)
    const window =
      plan.windowCalls === undefined
        ? outcomes.filter(({ atMs }) => isWithin(plan.windowMs, atMs, nowMs))
        : outcomes.slice(-plan.windowCalls)
    return window.length >= plan.minCalls && window.filter(isCounted).length / window.length >= plan.threshold
  }
  return {
    counts: outcome => {
      outcomes.push(outcome)
      return opens(outcome.atMs)
    },
    failsProbe: outcome => outcome.isFailure || isCounted(outcome),
    forget: () => {
      outcomes = []
    },
  }
}

/** Windows move in twentieths. */
function isWithin(windowMs: number, atMs: number, nowMs: number): boolean {
  const slotOf = (ms: number): number => Math.floor(ms / (windowMs / 20))
  return slotOf(nowMs) - slotOf(atMs) < 20
}
