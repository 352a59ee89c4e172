import type { Handled, Layer, World } from './layer.ts'
import type { Entry, Played } from './log.ts'
import { type BreakerPlan, type BulkheadPlan, nameAt, type Plan, type PolicyPlan } from './plan.ts'
import { referenceBreaker } from './reference-breaker.ts'
import { ReferenceBudget } from './reference-budget.ts'
import { referenceBulkhead } from './reference-bulkhead.ts'
import { referenceFallback } from './reference-fallback.ts'
import { referenceRetry } from './reference-retry.ts'
import { ownRun, referenceRun } from './reference-run.ts'
import { referenceTimeout } from './reference-timeout.ts'
import { Time } from './time.ts'

/** What happens by the text of the contract, without promises. */
export function interpret(plan: Plan, startMs: number): Played & { readonly isRace: boolean } {
  const log: Entry[] = []
  const time = new Time(startMs)
  const aborts = new Map<number, () => void>()
  const world: World = {
    time,
    tell: (facts, scope) => log.push({ atMs: time.nowMs, run: scope?.run, ...facts }),
    abort: ({ run }) => aborts.get(run)?.(),
    calledBack: (callback, scope) => {
      if (plan.runs[scope.run]?.abortsIn === callback) world.abort(scope)
    },
  }
  const handled = new Map<number, ByKey>()
  const shared = plan.policies.find(policy => policy.kind === 'retry')?.budget
  const sharedBudget = shared && new ReferenceBudget(shared)

  const layerOf = (policy: PolicyPlan, place: number): Layer => {
    const name = nameAt(place, policy)
    if (policy.kind === 'timeout') return referenceTimeout(policy, name, world)
    if (policy.kind === 'fallback') return referenceFallback(policy, name, world)
    if (policy.kind === 'retry') {
      const ownBudget = policy.budget && new ReferenceBudget(policy.budget)
      return referenceRetry(policy, name, world, policy.budget?.isShared ? sharedBudget : ownBudget)
    }
    const byKey = new ByKey(policy, place, world)
    handled.set(place, byKey)
    return byKey.layer
  }
  const layers = plan.policies.map((policy, place): Layer => {
    const layer = layerOf(policy, place)
    if (place !== plan.off.place) return layer
    const onFromMs = startMs + plan.off.untilMs
    return next => (scope, answer) => (time.nowMs < onFromMs ? next : layer(next))(scope, answer)
  })
  if (plan.inside > 0) layers.splice(Math.max(0, layers.length - plan.inside), 0, ownRun(world))

  plan.runs.forEach((run, index) => {
    time.later(run.startMs, () => referenceRun(run, index, world, layers, aborts))
  })
  for (const { atMs, place, does } of plan.hands) time.later(atMs, () => handled.get(place)?.hand(does))
  time.runAll()
  return { isRace: time.isRace, log, states: [...handled.values()].flatMap(({ states }) => states) }
}

/** A policy that can be acted upon by hand, or one for each key. */
class ByKey {
  private readonly own = new Map<string, Handled>()
  private readonly of: (key: string | undefined) => Handled

  constructor(policy: BreakerPlan | BulkheadPlan, place: number, world: World) {
    this.of = key => {
      const name = nameAt(place, policy, policy.isKeyed ? key : undefined)
      const make = (): Handled =>
        policy.kind === 'breaker' ? referenceBreaker(policy, name, world) : referenceBulkhead(policy, name, world)
      const handled = this.own.get(name) ?? make()
      this.own.set(name, handled)
      return handled
    }
    if (!policy.isKeyed) this.of(undefined)
  }

  readonly layer: Layer = next => (scope, answer) => this.of(scope.key).layer(next)(scope, answer)

  hand(does: Parameters<Handled['hand']>[0]): void {
    for (const { hand } of this.own.values()) hand(does)
  }

  get states(): unknown[] {
    return [...this.own.values()].map(({ state }) => state())
  }
}
