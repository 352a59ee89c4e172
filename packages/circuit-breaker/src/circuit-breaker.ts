import { CircuitOpenError, type Policy, type RunOptions } from '@holdfast/core'
import {
  clean,
  definePolicy,
  Emitter,
  isEnabled,
  type KernelCall,
  type Runner,
  readOptions,
  rejectWith,
  rule,
  show,
  through,
  waitFor,
} from '@holdfast/core/kernel'
import type { Admission } from './admission.ts'
import { Circuit, type Era } from './circuit.ts'
import type { CircuitEvent } from './events.ts'
import { type CircuitBreakerOptions, readCircuitOptions } from './options.ts'
import type { Outcome } from './outcome.ts'
import { type CircuitSnapshot, restore, snapshotOf } from './snapshot.ts'

/** A call that was let through and cannot be wrapped. Only the first of its functions that is called does anything. */
export interface CircuitPermit {
  /** The call succeeded. */
  readonly success: () => void
  /** The call failed. */
  readonly failure: () => void
  /** The call says nothing about the dependency. */
  readonly ignore: () => void
}

/** What `isolate` and `close` take. */
export interface ManualAction {
  /** Why somebody acts by hand, told in events and snapshots; 120 characters are kept. Default: undefined. */
  readonly reason?: string | undefined
}

/** What `circuitBreaker` makes. */
export interface CircuitBreaker extends Policy<never, CircuitEvent> {
  /** What happens to calls now. `open` becomes `halfOpen` with the first call after the open time, without a timer. */
  readonly state: 'closed' | 'open' | 'halfOpen' | 'isolated'
  /** The state as plain JSON, for the option `restore`. */
  readonly snapshot: () => CircuitSnapshot
  /** Opens the circuit until `close` is called. */
  readonly isolate: (action?: ManualAction) => void
  /**
   * Closes the circuit, whatever its state, and forgets what was counted. Where it is closed already, calls under way
   * still count.
   */
  readonly close: (action?: ManualAction) => void
  /**
   * Lets a call through that cannot be wrapped, or returns undefined. Say how the call ended: a probe of which nothing
   * is said fails after `probeTimeoutMs`. In mode `observe` there is always a permit; one for an open circuit counts
   * nothing.
   */
  readonly tryAcquire: () => CircuitPermit | undefined
  /**
   * Counts what happened without a call, while the circuit is closed: in no other state can it be told which one it
   * belongs to. Throws a `RangeError` for what is no outcome.
   */
  readonly record: (outcome: Outcome) => void
  /**
   * Resolves as soon as a call would be let through: at once, while it would be now. Rejects as `run` does, with the
   * reason of `signal` or a `TimeoutError`.
   */
  readonly whenAvailable: (options?: Pick<RunOptions, 'signal' | 'timeoutMs'>) => Promise<void>
}

/**
 * Stops calling a dependency that fails, lets a few probes through after a while, and calls it again when they succeed.
 * Rejects with a `CircuitOpenError` in the meantime. Failures are what `handles` and `handlesResult` say, by default
 * all errors; aborts from outside and the rejections of policies that protect say nothing. The states are those of
 * Michael Nygard's "Release It!", 2007.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const breaker = circuitBreaker({ trip: failureRate({ threshold: 0.5, windowMs: 10_000 }) })
 * const product = await breaker.run(({ signal }) => getJson(url, signal))
 */
export function circuitBreaker(options?: CircuitBreakerOptions): CircuitBreaker {
  const settings = readCircuitOptions(options)
  const { name, mode } = settings
  const emitter = new Emitter<CircuitEvent>(settings)
  const circuit = new Circuit(settings, emitter)
  if (settings.restore !== undefined) restoreInto(circuit)
  const { handles, handlesResult, ignores, ignoresResult } = settings
  const hasPredicates = [handles, handlesResult, ignores, ignoresResult].some(predicate => predicate !== undefined)
  const sharesHandlers = circuit.readsNoStart && !hasPredicates

  const refuse = (call: KernelCall): Promise<never> => {
    const facts = { retryAfterMs: retryAfterMs(circuit), isolated: circuit.state.name === 'isolated' }
    tellRejected(circuit, call)
    return rejectWith(() => new CircuitOpenError(name, facts))
  }

  /** The era itself where calls need no more to be counted. */
  const shared = (call: KernelCall): Era | undefined =>
    sharesHandlers && circuit.state.name === 'closed' && !call.isCancellable ? circuit.era : undefined

  const link = (next: Runner): Runner =>
    through<Admission | Era>(
      {
        shared,
        enter: call => shared(call) ?? circuit.admit(call)?.entered(call),
        instead: (operation, call) => {
          if (mode === 'enforce') return refuse(call)
          tellRejected(circuit, call)
          return next(operation, call)
        },
        onValue: (value, admitted) => admitted.onValue(value),
        onError: (error, admitted, call) => admitted.onError(error, call),
      },
      next,
    )

  return definePolicy<never, CircuitEvent, Omit<CircuitBreaker, keyof Policy>>(
    { emitter, link, standing: () => (circuit.state.name === 'closed' ? 'idle' : 'open') },
    {
      get state() {
        return circuit.state.name
      },
      snapshot: () => snapshotOf(circuit),
      isolate: action => circuit.isolate(reasonOf(name, action)),
      close: action => circuit.close('manual', reasonOf(name, action)),
      tryAcquire: () => {
        if (!isEnabled(settings)) return permitOfNothing
        const admission = circuit.admit(undefined)
        if (admission !== undefined) return permitOf(admission)
        tellRejected(circuit, undefined)
        return mode === 'observe' ? permitOfNothing : undefined
      },
      record: outcome => {
        if (!['success', 'failure', 'ignored'].includes(outcome)) {
          throw new RangeError(`${name}: record takes "success", "failure" or "ignored", got ${show(outcome)}`)
        }
        if (circuit.state.name === 'closed') circuit.record(circuit.era, outcome)
      },
      whenAvailable: request =>
        waitFor(settings, call => (isEnabled(settings) ? circuit.availability.wait(call) : undefined), request),
    },
  )
}

/** Told a microtask later, so that whoever made the breaker can subscribe first. */
function restoreInto(circuit: Circuit): void {
  const facts = restore(circuit, circuit.settings.restore)
  if (facts === undefined) return
  void Promise.resolve().then(() => {
    if (circuit.emitter.isHeard) circuit.emitter.emit(facts)
  })
}

function tellRejected(circuit: Circuit, call: KernelCall | undefined): void {
  const { emitter, settings } = circuit
  if (!emitter.isHeard) return
  emitter.emit({ type: 'circuit.rejected', mode: settings.mode, retryAfterMs: retryAfterMs(circuit) }, call)
}

/** For a half-open circuit no time is known, and it is worth trying again soon: 0. */
function retryAfterMs(circuit: Circuit): number {
  return circuit.state.name === 'halfOpen' ? 0 : circuit.availableInMs()
}

function permitOf(admission: Admission): CircuitPermit {
  return {
    success: () => admission.settle(() => 'success'),
    failure: () => admission.settle(() => 'failure'),
    ignore: () => admission.settle(() => 'ignored'),
  }
}

/** In mode `observe`, calls pass an open circuit and count nothing. */
const permitOfNothing: CircuitPermit = { success: () => {}, failure: () => {}, ignore: () => {} }

function reasonOf(name: string, action: ManualAction | undefined): string | undefined {
  const isText = (value: unknown): boolean => typeof value === 'string'
  const { reason } = readOptions(name, action, { reason: rule<string | undefined>('a string', isText, undefined) })
  return reason === undefined ? undefined : clean(reason)
}
