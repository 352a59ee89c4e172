import type { Next, Outcome, World } from './layer.ts'
import { type RunPlan, ScriptedError, type StepPlan } from './plan.ts'

/** The operation of a run: it does what its script says. */
export function referenceOperation({ steps }: RunPlan, { time, tell, abort }: World): Next {
  let calls = 0
  return (scope, answer) => {
    const step = steps[calls++ % steps.length] as StepPlan
    const label = `of run ${scope.run}, call ${calls}`
    tell({ type: 'operation', attempt: scope.attempt, deadlineMs: scope.deadlineMs }, scope)
    if (step.does === 'throw' || step.does === 'return') {
      if (step.abortsCaller) abort(scope)
      const outcome = step.does === 'throw' ? failing(step, label) : { value: `good ${label}` }
      return time.soon(() => answer(outcome))
    }
    const end = (outcome: Outcome): void => {
      stopHearing()
      answer(outcome)
    }
    const callOff = step.does === 'hang' ? (): void => {} : time.later(step.afterMs, () => end(outcomeOf(step, label)))
    const hear = (reason: unknown): void => {
      stopHearing()
      tell({ type: 'aborted', reason }, scope)
      if (step.hearing !== 'listening') return
      callOff()
      time.after(step.cleanUpMs, () => end(endingOf(step, label, reason)))
    }
    const stopHearing = step.hearing === 'deaf' ? (): void => {} : scope.onAbort(hear)
    if (step.abortsCaller) abort(scope)
  }
}

function outcomeOf(step: StepPlan, label: string): Outcome {
  return step.does === 'error' ? failing(step, label) : { value: `${step.does} ${label}` }
}

function endingOf(step: StepPlan, label: string, reason: unknown): Outcome {
  if (step.endsWith === 'reason') return { error: reason }
  return step.endsWith === 'error' ? failing(step, label) : { value: `good ${label}` }
}

function failing({ letter }: StepPlan, label: string): Outcome {
  return { error: new ScriptedError(letter, `${letter} ${label}`) }
}
