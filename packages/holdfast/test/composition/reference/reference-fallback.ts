import { attempted, type Layer, type Outcome, type World } from './layer.ts'
import { type FallbackPlan, isBad, isHandled, ScriptedError } from './plan.ts'
import type { Scope } from './scope.ts'

export function referenceFallback(plan: FallbackPlan, policy: string, { time, tell, calledBack }: World): Layer {
  let times = 0
  return next => (scope, answer) => {
    next(scope, outcome => {
      if (scope.cancelled !== undefined) return answer(outcome)
      const judged = attempted(() => isFailure(outcome))
      if ('error' in judged) answer(judged)
      else if (judged.value) replace(outcome, scope, answer)
      else answer(outcome)
    })
  }

  function replace(outcome: Outcome, scope: Scope, answer: (outcome: Outcome) => void): void {
    const facts = { policy, attempt: scope.attempt, ...failureOf(outcome) }
    tell({ type: 'to', ...facts }, scope)
    const fallbackError = plan.fails ? new ScriptedError('a', `${policy} failed ${++times}`) : undefined
    calledBack('to', scope)
    time.after(plan.afterMs, () => {
      const told = plan.fails ? { type: 'fallback.failed', fallbackError } : { type: 'fallback.used' }
      if (scope.cancelled === undefined) tell({ ...told, ...facts }, scope)
      answer(plan.fails ? { error: fallbackError } : { value: `good ${policy}` })
    })
  }

  function isFailure(outcome: Outcome): boolean {
    return 'error' in outcome ? isHandled(plan.handles, outcome.error) : plan.handlesBad && isBad(outcome.value)
  }
}

/** How events tell of a failure. */
export function failureOf(outcome: Outcome): { readonly error: unknown; readonly isResult: boolean } {
  return 'error' in outcome ? { error: outcome.error, isResult: false } : { error: undefined, isResult: true }
}
