import type { VirtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  anyOf,
  bulkhead,
  type CommonOptions,
  circuitBreaker,
  consecutiveFailures,
  failureRate,
  slowCallRate,
  type Trip,
} from 'holdfast'
import {
  type BreakerPlan,
  type BulkheadPlan,
  type HandPlan,
  isBad,
  isHandled,
  isLetterB,
  lotsOf,
  type TripPlan,
} from './plan.ts'

export interface Common extends CommonOptions {
  readonly name: string
  readonly clock: VirtualClock
}

/** A policy of the library that can be acted upon by hand, and asked for its state. */
export interface Handled {
  readonly policy: AnyPolicy
  readonly hand: (does: HandPlan['does']) => void
  readonly states: () => readonly unknown[]
}

export function realBreaker(plan: BreakerPlan, common: Common): Handled {
  const { name } = common
  const { openMs, growthMs, probes, successThreshold, failureThreshold, probeTimeoutMs, handles } = plan
  const policy = circuitBreaker({
    ...common,
    trip: realTrip(plan.trip),
    openMs: growthMs === 0 ? openMs : ({ trips }) => openMs + growthMs * (trips - 1),
    halfOpen: { probes, successThreshold, failureThreshold, probeTimeoutMs },
    ...(handles !== 'all' && { handles: ({ error }) => isHandled(handles, error) }),
    ...(plan.handlesBad && { handlesResult: isBad }),
    ...(plan.ignoresB && { ignores: ({ error }) => isLetterB(error) }),
    mode: plan.isObserving ? 'observe' : 'enforce',
    random: lotsOf(name),
  })
  return {
    policy,
    hand: does => (does === 'isolate' ? policy.isolate() : policy.close()),
    states: () => [{ name, state: policy.state, trips: policy.snapshot().trips }],
  }
}

function realTrip(plan: TripPlan): Trip {
  if (plan.by === 'any') return anyOf(...plan.of.map(realTrip))
  if (plan.by === 'row') return consecutiveFailures(plan.failures)
  const { threshold, minCalls, windowCalls, windowMs, slowerThanMs } = plan
  const rate = { threshold, minCalls, ...(windowCalls === undefined ? { windowMs } : { windowCalls }) }
  return slowerThanMs === undefined ? failureRate(rate) : slowCallRate({ ...rate, slowerThanMs })
}

export function realBulkhead(plan: BulkheadPlan, common: Common): Handled {
  const { name } = common
  const { maxQueued, maxWaitMs, reclaimMs } = plan
  let { maxConcurrent } = plan
  const policy = bulkhead({ ...common, maxConcurrent, maxQueued, maxWaitMs, reclaimMs })
  const hand: Handled['hand'] = does => {
    if (does === 'grow') maxConcurrent++
    if (does === 'shrink') maxConcurrent = Math.max(1, maxConcurrent - 1)
    policy.update({ maxConcurrent })
  }
  return { policy, hand, states: () => [{ name, active: policy.active, queued: policy.queued }] }
}
