import { attempted, isProtective, type Layer, type Next, type Outcome, type World } from './layer.ts'
import type { Facts } from './log.ts'
import { type BackoffPlan, isBad, isHandled, isLetterB, lotsOf, type RetryPlan, ScriptedError } from './plan.ts'
import type { ReferenceBudget } from './reference-budget.ts'
import { failureOf } from './reference-fallback.ts'
import type { Scope } from './scope.ts'
import type { Time } from './time.ts'

export function referenceRetry(
  plan: RetryPlan,
  policy: string,
  world: World,
  budget: ReferenceBudget | undefined,
): Layer {
  const shared = { plan, policy, world, budget, lots: lotsOf(policy), timesBefore: 0 }
  return next => (scope, answer) => {
    world.time.uses('budgets', scope.run)
    if (budget !== undefined) budget.calls++
    new Attempts(shared, next, scope, answer).make(1)
  }
}

/** What all runs of a retry have in common. */
interface Shared {
  readonly plan: RetryPlan
  readonly policy: string
  readonly world: World
  readonly budget: ReferenceBudget | undefined
  readonly lots: () => number
  timesBefore: number
}

/** One run of a retry. */
class Attempts {
  private readonly shared: Shared
  private readonly next: Next
  private readonly scope: Scope
  private readonly answer: (outcome: Outcome) => void
  private waitedMs: number | undefined

  constructor(shared: Shared, next: Next, scope: Scope, answer: (outcome: Outcome) => void) {
    this.shared = shared
    this.next = next
    this.scope = scope
    this.answer = answer
  }

  make(number: number): void {
    const { scope } = this
    if (scope.cancelled !== undefined) return this.answer({ error: scope.cancelled.reason })
    const { inner, leave } = scope.child(number, Infinity)
    this.next(inner, outcome => {
      leave()
      const judged = attempted(() => scope.cancelled === undefined && isFailure(this.shared.plan, outcome))
      if ('error' in judged) this.answer(judged)
      else if (judged.value) this.failed(number, outcome)
      else this.settled(number, outcome)
    })
  }

  private settled(number: number, outcome: Outcome): void {
    const isNews = this.scope.cancelled === undefined && 'value' in outcome && number > 1
    if (isNews) this.tell({ type: 'retry.succeeded', attempt: number, attempts: number })
    this.answer(outcome)
  }

  private failed(number: number, outcome: Outcome): void {
    const { plan, world } = this.shared
    if (number >= plan.maxAttempts) return this.stop('attempts', number, outcome)
    const delayMs = this.delayAfter(number, outcome)
    if (this.scope.cancelled !== undefined) return this.answer(outcome)
    const isTooLate = delayMs === Infinity || world.time.nowMs + delayMs >= this.scope.deadlineMs
    if (isTooLate) return this.stop('deadline', number, outcome)
    if (!this.isGranted()) return this.stop('budget', number, outcome)
    this.waitedMs = delayMs
    this.tell({ type: 'retry.scheduled', attempt: number, delayMs, ...failureOf(outcome) })
    wait(world.time, this.scope, delayMs, this.answer, () => this.before(() => this.make(number + 1)))
  }

  private stop(stopped: 'attempts' | 'deadline' | 'budget', number: number, outcome: Outcome): void {
    const told = stopped === 'budget' ? { type: 'retry.budgetExhausted' } : { type: 'retry.exhausted', stopped }
    this.tell({ ...told, attempt: number, attempts: number, ...failureOf(outcome) })
    this.answer(outcome)
  }

  private isGranted(): boolean {
    const { budget, world } = this.shared
    world.time.uses('budgets', this.scope.run)
    return budget === undefined || budget.withdraw()
  }

  private delayAfter(number: number, outcome: Outcome): number {
    const { plan, world, lots } = this.shared
    const drawnMs = drawn(plan.backoff, number, this.waitedMs, lots)
    if (plan.delayOfBMs === undefined) return drawnMs
    world.calledBack('delayFor', this.scope)
    return 'error' in outcome && isLetterB(outcome.error) ? plan.delayOfBMs : drawnMs
  }

  private before(goOn: () => void): void {
    const { plan, policy, world } = this.shared
    if (plan.before === undefined) return goOn()
    const { afterMs, fails } = plan.before
    const error = fails ? new ScriptedError('a', `${policy} unprepared ${++this.shared.timesBefore}`) : undefined
    this.tell({ type: 'before' })
    world.calledBack('before', this.scope)
    world.time.after(afterMs, () => (fails ? this.answer({ error }) : goOn()))
  }

  private tell(facts: Facts): void {
    this.shared.world.tell({ ...facts, policy: this.shared.policy }, this.scope)
  }
}

function wait(time: Time, scope: Scope, delayMs: number, answer: (outcome: Outcome) => void, goOn: () => void): void {
  const callOff = time.later(delayMs, () => {
    stopListening()
    goOn()
  })
  const stopListening = scope.onCancel(({ reason }) => {
    callOff()
    time.soon(() => answer({ error: reason }))
  })
}

function isFailure({ handles, handlesBad }: RetryPlan, outcome: Outcome): boolean {
  if ('value' in outcome) return handlesBad && isBad(outcome.value)
  const { error } = outcome
  const isPermanent = error instanceof ScriptedError && error.letter === 'permanent'
  return !isPermanent && !isProtective(error) && isHandled(handles, error)
}

function drawn(backoff: BackoffPlan, number: number, waitedMs: number | undefined, lots: () => number): number {
  const longestMs = longestAfter(backoff, number)
  if (backoff.jitter === 'none') return longestMs
  if (backoff.jitter === 'equal') return longestMs / 2 + (longestMs / 2) * lots()
  if (backoff.jitter === 'full' || backoff.shape !== 'exponential') return longestMs * lots()
  const { firstMs, capMs } = backoff
  const leastMs = Math.min(firstMs, capMs)
  const mostMs = Math.max(leastMs, Math.min(capMs, 3 * (waitedMs ?? firstMs)))
  return leastMs + (mostMs - leastMs) * lots()
}

function longestAfter({ shape, firstMs, nextMs, capMs }: BackoffPlan, number: number): number {
  if (shape === 'constant') return firstMs
  if (shape === 'sequence') return number === 1 ? firstMs : nextMs
  if (shape === 'linear') return Math.min(capMs, firstMs + nextMs * (number - 1))
  return Math.min(capMs, firstMs * 2 ** (number - 1))
}
