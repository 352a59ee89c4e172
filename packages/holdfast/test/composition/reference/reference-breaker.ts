import { attempted, type Handled, isProtective, type Outcome, PolicyError, type World } from './layer.ts'
import { type BreakerPlan, isBad, isHandled, isLetterB, lotsOf } from './plan.ts'
import { referenceTrip } from './reference-trip.ts'
import type { Scope } from './scope.ts'

type Verdict = 'success' | 'failure' | 'ignored'

interface Admission {
  readonly era: number
  readonly isProbe: boolean
  readonly sinceMs: number
  isSettled: boolean
}

export function referenceBreaker(plan: BreakerPlan, policy: string, { time, tell }: World): Handled {
  const lots = lotsOf(policy)
  const trip = referenceTrip(plan.trip)
  let state: 'closed' | 'open' | 'halfOpen' | 'isolated' = 'closed'
  let era = 0
  let trips = 0
  let untilMs = 0
  let [running, successes, failures] = [0, 0, 0]

  const say = (type: string, facts: object, scope?: Scope): void =>
    tell({ type: `circuit.${type}`, policy, attempt: scope?.attempt, ...facts }, scope)

  const enter = (next: typeof state): void => {
    state = next
    era++
    running = successes = failures = 0
  }

  const open = (cause: string): void => {
    const longestMs = plan.openMs + plan.growthMs * trips
    const openMs = longestMs / 2 + (longestMs / 2) * lots()
    trips++
    enter('open')
    untilMs = time.nowMs + openMs
    say('opened', { cause, openMs, trips, reason: undefined })
  }

  const close = (cause: string): void => {
    trips = 0
    trip.forget()
    if (state === 'closed') return
    enter('closed')
    say('closed', { cause, reason: undefined })
  }

  const admit = (): Admission | undefined => {
    const isProbe = state !== 'closed'
    if (state === 'isolated') return undefined
    if (state === 'open') {
      if (time.nowMs < untilMs) return undefined
      enter('halfOpen')
      say('halfOpened', {})
    }
    if (isProbe && running >= plan.probes) return undefined
    if (isProbe) running++
    return { era, isProbe, sinceMs: time.nowMs, isSettled: false }
  }

  const settle = (admission: Admission, judge: () => Verdict): void => {
    if (admission.isSettled) return
    admission.isSettled = true
    const isCurrent = admission.era === era
    if (isCurrent && admission.isProbe) running--
    const verdict = judge()
    if (!isCurrent || verdict === 'ignored') return
    const outcome = { isFailure: verdict === 'failure', tookMs: time.nowMs - admission.sinceMs, atMs: time.nowMs }
    if (admission.isProbe) countProbe(trip.failsProbe(outcome))
    else if (trip.counts(outcome)) open('tripped')
  }

  const countProbe = (hasFailed: boolean): void => {
    if (hasFailed) failures++
    else successes++
    if (failures >= plan.failureThreshold) open('probe')
    else if (successes >= plan.successThreshold) close('probe')
  }

  const layer: Handled['layer'] = next => (scope, answer) => {
    time.uses(policy, scope.run)
    const admission = admit()
    if (admission === undefined) return refuse()
    const callOff = admission.isProbe
      ? time.later(plan.probeTimeoutMs, () => settle(admission, () => 'failure'))
      : (): void => {}
    const stopListening = scope.onCancel(({ origin, limitMs }) => {
      callOff()
      const hasHadHalf = time.nowMs - admission.sinceMs >= limitMs / 2
      settle(admission, () => (origin === 'timeout' && hasHadHalf ? 'failure' : 'ignored'))
    })
    next(scope, outcome => {
      callOff()
      stopListening()
      time.uses(policy, scope.run)
      const judged = attempted(() => settle(admission, () => verdictOn(plan, outcome)))
      answer('error' in judged ? judged : outcome)
    })

    function refuse(): void {
      const isolated = state === 'isolated'
      const untilProbeMs = isolated ? Infinity : untilMs - time.nowMs
      const retryAfterMs = state === 'halfOpen' ? 0 : untilProbeMs
      say('rejected', { mode: modeOf(plan), retryAfterMs }, scope)
      if (plan.isObserving) return next(scope, answer)
      const error = new PolicyError('CIRCUIT_OPEN', policy, { retryAfterMs, isolated })
      time.soon(() => answer({ error }))
    }
  }

  const isolate = (): void => {
    enter('isolated')
    say('opened', { cause: 'isolated', openMs: Infinity, trips, reason: undefined })
  }
  return {
    layer,
    state: () => ({ name: policy, state, trips }),
    hand: does => (does === 'isolate' ? isolate() : close('manual')),
  }
}

function verdictOn({ handles, ignoresB, handlesBad }: BreakerPlan, outcome: Outcome): Verdict {
  if ('value' in outcome) return handlesBad && isBad(outcome.value) ? 'failure' : 'success'
  const { error } = outcome
  if (isProtective(error) || (ignoresB && isLetterB(error))) return 'ignored'
  return isHandled(handles, error) ? 'failure' : 'success'
}

const modeOf = ({ isObserving }: BreakerPlan): string => (isObserving ? 'observe' : 'enforce')
