import type { VirtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  type Backoff,
  type Call,
  constant,
  exponential,
  fallback,
  keyed,
  linear,
  type RetryBudget,
  retry,
  retryBudget,
  sequence,
  timeout,
} from 'holdfast'
import type { Facts } from './log.ts'
import {
  type BackoffPlan,
  type FallbackPlan,
  isBad,
  isHandled,
  isLetterB,
  lotsOf,
  nameAt,
  type Plan,
  type PolicyPlan,
  type RetryPlan,
  type RunPlan,
  ScriptedError,
  type TimeoutPlan,
} from './plan.ts'
import { type Common, type Handled, realBreaker, realBulkhead } from './real-handled.ts'

export interface Surroundings {
  readonly clock: VirtualClock
  readonly tell: (facts: Facts, call: Call) => void
  /** Aborts the run of the call if it does so in this callback. */
  readonly calledBack: (callback: RunPlan['abortsIn'], call: Call) => void
  readonly off: Plan['off']
  readonly sharedBudget: RetryBudget | undefined
}

/** A policy of the library. Without a breaker or bulkhead, hands do nothing, and there are no states. */
export function realPolicy(plan: PolicyPlan, place: number, surroundings: Surroundings): Handled {
  const { clock, off } = surroundings
  const isOff = place === off.place
  const lever = isOff ? { enabled: () => clock.nowMs() >= off.untilMs } : {}
  const common = { name: nameAt(place, plan), clock, ...lever }
  const passive = { hand: () => {}, states: () => [] }
  if (plan.kind === 'timeout') return { policy: realTimeout(plan, common), ...passive }
  if (plan.kind === 'fallback') return { policy: realFallback(plan, common, surroundings), ...passive }
  if (plan.kind === 'retry') return { policy: realRetry(plan, common, surroundings), ...passive }
  const all: Handled[] = []
  const make = (own: Common): AnyPolicy => {
    const made = plan.kind === 'breaker' ? realBreaker(plan, own) : realBulkhead(plan, own)
    all.push(made)
    return made.policy
  }
  const by = ({ context }: Call): string => (context as { readonly key: string }).key
  const perKey = (): AnyPolicy => keyed({ ...common, by, make: key => make({ name: nameAt(place, plan, key), clock }) })
  return {
    policy: plan.isKeyed ? perKey() : make(common),
    hand: does => {
      for (const { hand } of all) hand(does)
    },
    states: () => all.flatMap(({ states }) => states()),
  }
}

function realTimeout({ limitsMs }: TimeoutPlan, common: Common): AnyPolicy {
  if (limitsMs.length === 1 && limitsMs[0] !== 0) return timeout({ ...common, timeoutMs: limitsMs[0] as number })
  return timeout({ ...common, timeoutMs: call => limitsMs[Math.min(call.attempt, limitsMs.length) - 1] as number })
}

function realFallback(plan: FallbackPlan, common: Common, { clock, tell, calledBack }: Surroundings): AnyPolicy {
  const { name } = common
  let times = 0
  return fallback({
    ...common,
    ...(plan.handles !== 'all' && { handles: ({ error }) => isHandled(plan.handles, error) }),
    ...(plan.handlesBad && { handlesResult: isBad }),
    to: ({ error, result, attempt, call }) => {
      tell({ type: 'to', policy: name, attempt, error, isResult: result !== undefined }, call)
      const fallbackError = plan.fails ? new ScriptedError('a', `${name} failed ${++times}`) : undefined
      const value = `good ${name}`
      calledBack('to', call)
      if (plan.afterMs > 0) return later(clock, plan.afterMs, value, fallbackError)
      if (fallbackError !== undefined) throw fallbackError
      return value
    },
  })
}

function later<T>(clock: VirtualClock, afterMs: number, value: T, error: Error | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    clock.setTimeout(() => (error === undefined ? resolve(value) : reject(error)), afterMs)
  })
}

function realRetry(plan: RetryPlan, common: Common, { tell, calledBack, sharedBudget }: Surroundings): AnyPolicy {
  const { name, clock } = common
  const { before, budget, delayOfBMs, handles } = plan
  let timesBefore = 0
  const beforeRetry = ({ call }: { readonly call: Call }): unknown => {
    const error = before?.fails ? new ScriptedError('a', `${name} unprepared ${++timesBefore}`) : undefined
    tell({ type: 'before', policy: name }, call)
    calledBack('before', call)
    if (before !== undefined && before.afterMs > 0) return later(clock, before.afterMs, undefined, error)
    if (error !== undefined) throw error
    return undefined
  }
  const delayFor = ({ error, call }: { readonly error: unknown; readonly call: Call }): number | undefined => {
    calledBack('delayFor', call)
    return isLetterB(error) ? delayOfBMs : undefined
  }
  const ownBudget =
    budget === undefined ? false : retryBudget({ ratio: budget.ratio, minPerSecond: budget.minPerSecond })
  return retry({
    ...common,
    maxAttempts: plan.maxAttempts,
    backoff: realBackoff(plan.backoff),
    random: lotsOf(name),
    budget: budget?.isShared ? (sharedBudget ?? false) : ownBudget,
    ...(handles !== 'all' && { handles: ({ error }) => isHandled(handles, error) }),
    ...(plan.handlesBad && { handlesResult: isBad }),
    ...(delayOfBMs !== undefined && { delayFor }),
    ...(before !== undefined && { beforeRetry }),
  })
}

function realBackoff(backoff: BackoffPlan): Backoff {
  const { shape, firstMs, nextMs, capMs } = backoff
  const jitter = backoff.jitter === 'decorrelated' ? 'full' : backoff.jitter
  if (shape === 'constant') return constant({ delayMs: firstMs, jitter })
  if (shape === 'linear') return linear({ firstMs, stepMs: nextMs, maxMs: capMs, jitter })
  if (shape === 'sequence') return sequence([firstMs, nextMs], { jitter })
  return exponential({ firstMs, maxMs: capMs, jitter: backoff.jitter })
}
