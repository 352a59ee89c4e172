import { type Layer, type Next, type Outcome, PolicyError, type World } from './layer.ts'
import type { RunPlan } from './plan.ts'
import { referenceOperation } from './reference-operation.ts'
import { type Cancellation, Scope, Work } from './scope.ts'

/** One run, from its caller's side. `aborts` is how others make the caller give up. */
export function referenceRun(
  run: RunPlan,
  index: number,
  world: World,
  layers: readonly Layer[],
  aborts: Map<number, () => void>,
): void {
  const { time, tell } = world
  const { key, timeoutMs = Infinity, abortAfterMs = Infinity } = run
  const scope = new Scope(undefined, {
    run: index,
    key,
    attempt: 1,
    deadlineMs: time.nowMs + timeoutMs,
    discards: true,
  })
  const reason = new Error(`run ${index} is not wanted`)
  const answered = (outcome: Outcome): void => tell({ type: 'answer', ...outcome }, scope)
  if (abortAfterMs === 0) return answered({ error: reason })

  let isAnswered = false
  const giveUp = (cancellation: Cancellation): void => {
    if (isAnswered) return
    isAnswered = true
    scope.cancel(cancellation)
    answered({ error: cancellation.reason })
  }
  const abort = (): void => giveUp({ origin: 'caller', reason, limitMs: Infinity })
  aborts.set(index, abort)
  time.later(abortAfterMs, abort)
  time.later(timeoutMs, () => {
    const late = new PolicyError('TIMEOUT', 'pipeline', { timeoutMs })
    giveUp({ origin: 'caller', reason: late, limitMs: timeoutMs })
  })
  const head = layers.reduceRight<Next>((next, layer) => layer(next), referenceOperation(run, world))
  head(scope, outcome => {
    if (!isAnswered) answered(outcome)
    else if ('value' in outcome) tell({ type: 'discard', value: outcome.value }, scope)
    isAnswered = true
  })
}

/** The operation runs what is inside by itself, within its call: a caller that leaves with that call, and discards nothing. */
export function ownRun({ time }: World): Layer {
  return next => (scope, answer) => {
    const { inner, leave } = scope.child(1, Infinity, false)
    const work = new Work()
    let isAnswered = false
    inner.onCancel(({ reason }) => {
      isAnswered = true
      scope.abandon(work)
      time.soon(() => answer({ error: reason }))
    })
    next(inner, outcome => {
      leave()
      if (isAnswered) return work.end()
      isAnswered = true
      answer(outcome)
    })
  }
}
