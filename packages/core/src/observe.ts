import { type KernelCall, newId } from './call.ts'
import { type ErrorFacts, errorFacts, type PolicyEvent, tell } from './events.ts'
import { type Bracket, type Observer, observers } from './observers.ts'
import { optionalFunction, readOptions } from './options.ts'
import { callGuarded } from './report.ts'

/** A run began. Only observers see it. */
export interface CallStarted extends PolicyEvent {
  readonly type: 'call.started'
}

/** The caller of a run was answered. Only observers see it. */
export interface CallSettled extends PolicyEvent, Partial<ErrorFacts> {
  readonly type: 'call.settled'
  /** `cancelled` when the caller's signal or limit ended the run, or that of a run around it. */
  readonly outcome: 'value' | 'error' | 'cancelled'
  /** From the start of the run to the answer, in milliseconds. */
  readonly durationMs: number
}

/** An operation is called. Only observers see it. */
export interface AttemptStarted extends PolicyEvent {
  readonly type: 'attempt.started'
  /** Unique in the process. `attempt` is not unique in a call: a retry within a retry counts its own. */
  readonly attemptId: number
}

/** What an operation returned has settled, perhaps long after its caller was answered. Only observers see it. */
export interface AttemptSettled extends PolicyEvent, Partial<ErrorFacts> {
  readonly type: 'attempt.settled'
  /** That of its `attempt.started`. */
  readonly attemptId: number
  /** `cancelled` when the answer was no longer wanted. */
  readonly outcome: 'value' | 'error' | 'cancelled'
  /** From the call of the operation until what it returned has settled, in milliseconds. */
  readonly durationMs: number
}

/** The events that only observers see. */
export type CallEvent = CallStarted | CallSettled | AttemptStarted | AttemptSettled

/**
 * Watches every policy of the process, those of other copies of the kernel too, until the returned function is called.
 * Throws a `TypeError` for members that it does not know.
 *
 * @example
 * const stop = observe({ event: ({ type, policy }) => counter.add(1, { type, policy: policy.name }) })
 */
export function observe(observer: Observer): () => void {
  const entry: Observer = readOptions('observe', observer, {
    event: optionalFunction<NonNullable<Observer['event']>>(),
    around: optionalFunction<NonNullable<Observer['around']>>(),
    fault: optionalFunction<NonNullable<Observer['fault']>>(),
  })
  observers.list = [...observers.list, entry]
  return () => {
    observers.list = observers.list.filter(other => other !== entry)
  }
}

/** Runs a call, or an attempt of it, under the eyes of the observers. */
export function observed<T>(scope: 'call' | 'attempt', call: KernelCall, proceed: () => Promise<T>): Promise<T> {
  const { identity } = call.root
  const id = scope === 'attempt' ? { attemptId: newId() } : {}
  const startMs = identity.clock.nowMs()
  const settled = (end: 'value' | 'error', facts?: ErrorFacts): void => {
    const outcome = call.cancelled === undefined ? end : 'cancelled'
    const durationMs = Math.max(0, identity.clock.nowMs() - startMs)
    tell({ type: `${scope}.settled`, ...id, outcome, durationMs, ...facts }, identity, call)
  }
  tell({ type: `${scope}.started`, ...id }, identity, call)
  return bracket(scope, call, id, proceed).then(
    value => {
      settled('value')
      return value
    },
    (error: unknown) => {
      settled('error', errorFacts(error))
      throw error
    },
  )
}

/** Lets each observer's `around` bracket the work, the first observer outermost. */
function bracket<T>(
  scope: Bracket['scope'],
  call: KernelCall,
  id: Pick<Bracket, 'attemptId'>,
  proceed: () => Promise<T>,
): Promise<T> {
  const { name, kind } = call.root.identity
  const info = { scope, policy: { name, kind }, callId: call.callId, attempt: call.attempt, ...id }
  let next = proceed
  for (const { around } of observers.list.toReversed()) {
    if (around === undefined) continue
    const inner = next
    next = () => {
      let work: Promise<T> | undefined
      const once = (): Promise<T> => (work ??= inner())
      callGuarded('around of an observer', () => {
        const bracketing = around(info, once)
        // Most hand the work itself back, and so have nothing of their own that could fail.
        return bracketing !== work && withoutErrorOf(once(), bracketing)
      })
      return once()
    }
  }
  return next()
}

/** A bracket that awaits the work rejects with its error: that is no fault of the observer's. */
async function withoutErrorOf(work: Promise<unknown>, bracketing: unknown): Promise<void> {
  const [done, bracketed] = await Promise.allSettled([work, bracketing])
  if (bracketed.status === 'fulfilled') return
  const fault: unknown = bracketed.reason
  if (done.status === 'fulfilled' || done.reason !== fault) throw fault
}
