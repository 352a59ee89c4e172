import { definePolicy, Emitter, type Runner, readPolicyOptions } from '@holdfast/core/kernel'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { type AnyPolicy, type Call, type Operation, observe, type PolicyEvent, pipeline, retryBudget } from 'holdfast'
import type { Entry, Facts, Played } from './log.ts'
import type { Plan } from './plan.ts'
import { realOperation, type Script } from './real-operation.ts'
import { realPolicy, type Surroundings } from './real-policies.ts'

const runOf = ({ context }: Call): number => (context as { readonly run: number }).run

/** What the library makes of a plan, in virtual time. */
export async function play(plan: Plan): Promise<Played> {
  const clock = virtualClock()
  const log: Entry[] = []
  const runs = new Map<unknown, number>()
  const callers = plan.runs.map(() => new AbortController())
  const tell = (facts: Facts, run: number | undefined): unknown => log.push({ atMs: clock.nowMs(), run, ...facts })
  const abort = (run: number): void => callers[run]?.abort(new Error(`run ${run} is not wanted`))

  const shared = plan.policies.find(policy => policy.kind === 'retry')?.budget
  const surroundings: Surroundings = {
    clock,
    tell: (facts, call) => tell(facts, runOf(call)),
    calledBack: (callback, call) => {
      if (plan.runs[runOf(call)]?.abortsIn === callback) abort(runOf(call))
    },
    sharedBudget: shared && retryBudget({ ratio: shared.ratio, minPerSecond: shared.minPerSecond }),
    off: { place: plan.off.place, untilMs: clock.nowMs() + plan.off.untilMs },
  }
  const made = plan.policies.map((policy, place) => realPolicy(policy, place, surroundings))
  const run = runnerOf(
    plan,
    made.map(({ policy }) => policy),
    clock,
    runs,
    ({ policy, callId, ...facts }) => {
      tell({ ...factsOf(facts), policy: policy.name }, runs.get(callId))
    },
  )

  const stop = plan.isObserved ? observe({ event: () => {}, around: (_, next) => next() }) : (): void => {}
  plan.runs.forEach((own, index) => {
    const signal = callers[index]?.signal
    const script = {
      plan: own,
      run: index,
      clock,
      tell: (facts: Facts) => tell(facts, index),
      abort: () => abort(index),
    }
    clock.setTimeout(() => start(run, script, signal as AbortSignal), own.startMs)
  })
  for (const { atMs, place, does } of plan.hands) clock.setTimeout(() => made[place]?.hand(does), atMs)
  await clock.runAll()
  stop()
  return { log, states: made.flatMap(({ states }) => states()) }
}

/** The policies as one, some of them in a pipeline of their own, or in a run of the operation's own. */
function runnerOf(
  { nested, inside }: Plan,
  policies: readonly AnyPolicy[],
  clock: VirtualClock,
  runs: Map<unknown, number>,
  listener: (event: PolicyEvent) => void,
): AnyPolicy['run'] {
  const members = [...policies]
  const within = members.splice(Math.max(0, members.length - inside), inside)
  const group = members.splice(Math.max(0, members.length - nested), nested)
  const outer = pipeline(witness(clock, runs), ...members, pipeline(...group, { clock, name: 'group' }), { clock })
  outer.subscribe(listener)
  if (inside === 0) return outer.run
  const inner = pipeline(witness(clock, runs), ...within, { clock, name: 'inside' })
  inner.subscribe(listener)
  return <T>(operation: Operation<T>, options?: object) =>
    outer.run(call => inner.run(operation, call) as Promise<T>, options) as Promise<T>
}

function start(run: AnyPolicy['run'], script: Script, signal: AbortSignal): void {
  const { plan, clock, tell, abort } = script
  const { abortAfterMs, timeoutMs, key } = plan
  const isAbortable =
    abortAfterMs !== undefined || plan.abortsIn !== undefined || plan.steps.some(step => step.abortsCaller)
  const context: object = { run: script.run, key }
  if (abortAfterMs === 0) abort()
  const answer = run(realOperation(script), {
    context,
    discard: value => tell({ type: 'discard', value }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(isAbortable && { signal }),
  })
  if (abortAfterMs !== undefined && abortAfterMs > 0) clock.setTimeout(abort, abortAfterMs)
  void answer.then(
    value => tell({ type: 'answer', value }),
    (error: unknown) => tell({ type: 'answer', error }),
  )
}

/** Sees to which run the numbers in events belong. */
function witness(clock: VirtualClock, runs: Map<unknown, number>): AnyPolicy {
  const emitter = new Emitter(readPolicyOptions('witness', { clock }, {}))
  const link =
    (next: Runner): Runner =>
    (operation, call) => {
      runs.set(call.callId, runOf(call))
      return next(operation, call)
    }
  return definePolicy({ emitter, link }, {})
}

/** What an event tells, without the words that describe its error. */
function factsOf(facts: Omit<PolicyEvent, 'policy' | 'callId'>): Facts {
  const { errorName: _name, errorCode: _code, pipeline: _pipeline, ...others } = facts as Facts
  return others
}
