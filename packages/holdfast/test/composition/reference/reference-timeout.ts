import { type Layer, type Outcome, PolicyError, type World } from './layer.ts'
import type { TimeoutPlan } from './plan.ts'
import { type Scope, Work } from './scope.ts'

export function referenceTimeout({ limitsMs }: TimeoutPlan, policy: string, { time, tell }: World): Layer {
  return next => (scope, answer) => {
    const limitMs = limitsMs[Math.min(scope.attempt, limitsMs.length) - 1] as number
    if (limitMs === Infinity) return next(scope, answer)
    const error = new PolicyError('TIMEOUT', policy, { timeoutMs: limitMs })
    if (limitMs === 0) {
      tell({ type: 'timeout.expired', policy, attempt: scope.attempt, timeoutMs: 0 }, scope)
      return time.soon(() => answer({ error }))
    }
    const { inner, leave } = scope.child(scope.attempt, time.nowMs + limitMs)
    const work = new Work()
    let expiredAtMs: number | undefined
    const callOff = time.later(limitMs, () => {
      expiredAtMs = time.nowMs
      leave()
      scope.abandon(work)
      tell({ type: 'timeout.expired', policy, attempt: scope.attempt, timeoutMs: limitMs }, scope)
      inner.cancel({ origin: 'timeout', reason: error, limitMs })
      answer({ error })
    })
    inner.onCancel(callOff)
    next(inner, outcome => {
      callOff()
      leave()
      if (expiredAtMs === undefined) return answer(outcome)
      settledLate(outcome, time.nowMs - expiredAtMs, scope)
      work.end()
    })
  }

  function settledLate(outcome: Outcome, lateMs: number, scope: Scope): void {
    const facts = { type: 'timeout.settledLate', policy, attempt: scope.attempt, lateMs }
    if ('error' in outcome) return tell({ ...facts, outcome: 'error', error: outcome.error }, scope)
    tell({ ...facts, outcome: 'value' }, scope)
    if (scope.discards) tell({ type: 'discard', value: outcome.value }, scope)
  }
}
