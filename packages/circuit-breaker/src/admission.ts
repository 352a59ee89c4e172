import {
  type Cancellation,
  callGuarded,
  Dependent,
  type KernelCall,
  keepShape,
  startTimer,
  unref,
} from '@holdfast/core/kernel'
import type { Circuit, Era, Round } from './circuit.ts'
import { type Outcome, outcomeOfError, outcomeOfResult } from './outcome.ts'

/**
 * One call that was let through. Whatever ends it first counts, once, and only in the era that it was let through in: a
 * late result of the closed era must not decide about the half-open circuit.
 */
export class Admission extends Dependent {
  readonly era: Era
  /** Where it is a probe. */
  readonly round: Round | undefined
  /** When it began, on the clock of the breaker; NaN where nobody will ask. */
  readonly startedMs: number
  private readonly circuit: Circuit
  private isSettled = false
  private timer: unknown = undefined

  constructor(circuit: Circuit, era: Era, round: Round | undefined, startedMs: number) {
    super()
    this.circuit = circuit
    this.era = era
    this.round = round
    this.startedMs = startedMs
    if (round !== undefined) this.limitProbe(circuit.settings.halfOpen.probeTimeoutMs)
  }

  /** Depends on `call` from now on. Throws where that has been cancelled meanwhile. */
  entered(call: KernelCall): this {
    if (call.cancelled !== undefined) {
      this.settle(() => 'ignored')
      throw call.cancelled.reason
    }
    if (call.isCancellable) this.attach(call)
    return this
  }

  onValue<T>(value: T): T {
    this.settle(() => outcomeOfResult(this.circuit.settings, value))
    return value
  }

  onError(error: unknown, call: KernelCall): never {
    this.settle(() => outcomeOfError(this.circuit.settings, error, call))
    throw error
  }

  /** Gives its place back, then runs the user's predicates, then counts. What they throw is thrown, and nothing counted. */
  settle(decide: () => Outcome): void {
    if (this.isSettled) return
    this.isSettled = true
    this.detach()
    if (this.timer !== undefined) this.circuit.settings.clock.clearTimeout(this.timer)
    // Also in a round that is over, where nobody asks any more.
    if (this.round !== undefined) this.round.probes--
    try {
      this.circuit.record(this.era, decide(), this.startedMs)
    } finally {
      this.circuit.availability.update()
    }
  }

  /**
   * A cancelled call says nothing, with one exception: without it a breaker would never learn from a timeout that lies
   * outside it. A call that had half of the limit for itself, and no answer, has failed.
   */
  override cancel({ origin, limitMs }: Cancellation): void {
    const { clock, name } = this.circuit.settings
    const hasFailed = origin === 'timeout' && clock.nowMs() - this.startedMs >= limitMs / 2
    callGuarded(`the trip strategy of ${name}`, () => this.settle(() => (hasFailed ? 'failure' : 'ignored')))
  }

  /** A probe that hangs must not keep the circuit half-open for ever. */
  private limitProbe(probeTimeoutMs: number): void {
    const { clock, name } = this.circuit.settings
    const expire = (): void => callGuarded(`the trip strategy of ${name}`, () => this.settle(() => 'failure'))
    this.timer = startTimer(clock, expire, probeTimeoutMs)
    unref(this.timer)
  }
}

keepShape(new Admission({} as Circuit, {} as Era, undefined, 0))
