import type { PolicyEvent } from '@holdfast/core'

/** Calls are rejected from now on. */
export interface CircuitOpened extends PolicyEvent {
  readonly type: 'circuit.opened'
  /** `tripped`: the trip strategy said so. `probe`: probes failed. `isolated`: by hand. `restored`: from a snapshot. */
  readonly cause: 'tripped' | 'probe' | 'isolated' | 'restored'
  /** Until the next probe, in milliseconds, jitter included; Infinity while isolated. */
  readonly openMs: number
  /** How often it has opened since it was last closed. */
  readonly trips: number
  /** What was given to `isolate`. */
  readonly reason: string | undefined
}

/** A few calls are let through as probes. */
export interface CircuitHalfOpened extends PolicyEvent {
  readonly type: 'circuit.halfOpened'
}

/** All calls are let through again. */
export interface CircuitClosed extends PolicyEvent {
  readonly type: 'circuit.closed'
  /** `probe`: probes succeeded. `manual`: by hand. */
  readonly cause: 'probe' | 'manual'
  /** What was given to `close`. */
  readonly reason: string | undefined
}

/** A call was not let through; in mode `observe`, it would not have been. */
export interface CircuitRejected extends PolicyEvent {
  readonly type: 'circuit.rejected'
  /** `observe`: it was let through all the same. */
  readonly mode: 'enforce' | 'observe'
  /** As in `CircuitOpenError`. */
  readonly retryAfterMs: number
}

/** A snapshot was not understood; the circuit starts closed. */
export interface CircuitRestoreFailed extends PolicyEvent {
  readonly type: 'circuit.restoreFailed'
  /** What was wrong with it. */
  readonly problem: string
}

/** The events of a circuit breaker. */
export type CircuitEvent = CircuitOpened | CircuitHalfOpened | CircuitClosed | CircuitRejected | CircuitRestoreFailed
