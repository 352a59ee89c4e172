import { isProtective } from '@holdfast/core'
import { callGuarded, decides, type Emitter, type Facts, type Handlers, type KernelCall } from '@holdfast/core/kernel'
import { Admission } from './admission.ts'
import { Availability } from './availability.ts'
import type { CircuitClosed, CircuitEvent, CircuitOpened } from './events.ts'
import { drawOpenMs } from './open-time.ts'
import type { CircuitSettings } from './options.ts'
import type { Outcome } from './outcome.ts'
import { counterOf, failsProbe, type TripCounter, type TripOutcome } from './trips.ts'

/** From when a circuit becomes half-open until it closes or opens again. */
export interface Round {
  readonly name: 'halfOpen'
  /** How many run. */
  probes: number
  successes: number
  failures: number
}

export type CircuitState =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; sinceMs: number; readonly openMs: number }
  | Round
  | { readonly name: 'isolated'; readonly reason: string | undefined }

/** The time between two transitions, with the handlers of all calls in it that need none of their own. */
export interface Era extends Handlers {}

const SUCCESS: TripOutcome = { isFailure: false, durationMs: 0, nowMs: 0 }
const FAILURE: TripOutcome = { isFailure: true, durationMs: 0, nowMs: 0 }

/** The state machine. What a failure is and when to trip are decided elsewhere. */
export class Circuit {
  readonly settings: CircuitSettings
  readonly emitter: Emitter<CircuitEvent>
  readonly availability: Availability
  state: CircuitState = { name: 'closed' }
  era: Era = this.newEra()
  /** How often it has opened since it was last closed. */
  trips = 0
  private readonly counter: TripCounter

  constructor(settings: CircuitSettings, emitter: Emitter<CircuitEvent>) {
    this.settings = settings
    this.emitter = emitter
    this.counter = counterOf(settings.trip, settings.name)
    const isLetThrough = settings.mode === 'observe'
    this.availability = new Availability(settings.clock, () => (isLetThrough ? 0 : this.availableInMs()))
  }

  /** Whether outcomes are counted without a look at the clock when a call begins. */
  get readsNoStart(): boolean {
    return this.counter.reads === 'outcome' || this.counter.reads === 'time'
  }

  /** Lets a call through, as a probe while the circuit is half-open, or returns undefined. */
  admit(call: KernelCall | undefined): Admission | undefined {
    const { state } = this
    if (state.name === 'isolated') return undefined
    if (state.name === 'closed') return this.admission(undefined, call)
    if (state.name === 'open') return this.availableInMs() > 0 ? undefined : this.firstProbe(call)
    if (state.probes >= this.settings.halfOpen.probes) return undefined
    state.probes++
    return this.admission(state, call)
  }

  /** Lets the first probe through before listeners hear of it: they can neither take its place nor change its era. */
  private firstProbe(call: KernelCall | undefined): Admission {
    const round: Round = { name: 'halfOpen', probes: 1, successes: 0, failures: 0 }
    this.assume(round)
    const admission = this.admission(round, call)
    if (this.emitter.isHeard) this.emitter.emit({ type: 'circuit.halfOpened' })
    return admission
  }

  private admission(round: Round | undefined, call: KernelCall | undefined): Admission {
    // Timeouts around a call set its deadline; the breaker wants to know then how long the call had.
    const isTimed = !this.readsNoStart || (call !== undefined && call.deadlineMs < Infinity)
    return new Admission(this, this.era, round, isTimed ? this.settings.clock.nowMs() : Number.NaN)
  }

  /** Counts how a call ended that was let through in `era`; in a later one, its result means nothing. */
  record(era: Era, outcome: Outcome, startedMs: number = Number.NaN): void {
    if (era !== this.era || outcome === 'ignored') return
    const tripOutcome = this.tripOutcome(outcome === 'failure', startedMs)
    if (this.state.name === 'halfOpen') {
      const verdict: unknown = failsProbe(this.counter, tripOutcome)
      return this.recordProbe(this.state, decides(this.settings.name, 'failsProbe of trip', verdict))
    }
    const verdict: unknown = this.counter.record(tripOutcome)
    if (verdict && decides(this.settings.name, 'record of trip', verdict)) this.trip('tripped', era)
  }

  /** Milliseconds until a call may be let through, 0 if one would be now; Infinity if that is up to others. */
  availableInMs(): number {
    const { state, settings } = this
    if (state.name === 'closed') return 0
    if (state.name === 'halfOpen') return state.probes < settings.halfOpen.probes ? 0 : Infinity
    if (state.name === 'isolated') return Infinity
    const nowMs = settings.clock.nowMs()
    // Where the clock went backwards, the open time starts anew, else it would be longer by as much.
    state.sinceMs = Math.min(state.sinceMs, nowMs)
    return Math.max(0, state.sinceMs + state.openMs - nowMs)
  }

  private open(cause: CircuitOpened['cause'], openMs: number): void {
    const { trips } = this
    const state = { name: 'open', sinceMs: this.settings.clock.nowMs(), openMs } as const
    this.enter(state, { type: 'circuit.opened', cause, openMs, trips, reason: undefined })
  }

  isolate(reason: string | undefined): void {
    const { trips } = this
    this.enter(
      { name: 'isolated', reason },
      { type: 'circuit.opened', cause: 'isolated', openMs: Infinity, trips, reason },
    )
  }

  close(cause: CircuitClosed['cause'], reason?: string): void {
    this.trips = 0
    // A strategy that fails to forget must not keep the circuit open.
    callGuarded(`the trip strategy of ${this.settings.name}`, () => this.counter.reset())
    if (this.state.name !== 'closed') this.enter({ name: 'closed' }, { type: 'circuit.closed', cause, reason })
  }

  private recordProbe(round: Round, hasFailed: boolean): void {
    const { successThreshold, failureThreshold } = this.settings.halfOpen
    if (hasFailed) round.failures++
    else round.successes++
    if (round.failures >= failureThreshold) this.trip('probe', this.era)
    else if (round.successes >= successThreshold) this.close('probe')
  }

  /** Opens the circuit, unless code of the user's that is asked on the way has done something else with it. */
  private trip(cause: CircuitOpened['cause'], era: Era): void {
    const trips = this.trips + 1
    const openMs = drawOpenMs(this.settings, trips)
    if (era !== this.era) return
    this.trips = trips
    this.open(cause, openMs)
  }

  private tripOutcome(isFailure: boolean, startedMs: number): TripOutcome {
    if (this.counter.reads === 'outcome') return isFailure ? FAILURE : SUCCESS
    const nowMs = this.settings.clock.nowMs()
    return { isFailure, nowMs, durationMs: Number.isNaN(startedMs) ? 0 : Math.max(0, nowMs - startedMs) }
  }

  /** The only place where the state changes. Who waits is woken before listeners are told. */
  assume(state: CircuitState): void {
    this.state = state
    this.era = this.newEra()
    this.availability.update()
  }

  private enter(state: CircuitState, facts: Facts<CircuitEvent>): void {
    this.assume(state)
    if (this.emitter.isHeard) this.emitter.emit(facts)
  }

  private newEra(): Era {
    const era: Era = {
      onValue: value => {
        this.record(era, 'success')
        return value
      },
      onError: error => {
        if (!isProtective(error)) this.record(era, 'failure')
        throw error
      },
    }
    return era
  }
}
