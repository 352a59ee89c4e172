import { clean, type Facts, isUnlimited, show } from '@holdfast/core/kernel'
import type { Circuit } from './circuit.ts'
import type { CircuitEvent } from './events.ts'
import { longestOpenMs } from './open-time.ts'

/**
 * The state of a circuit as plain JSON, to be restored in another process. What the trip strategy counted is not in it.
 */
export interface CircuitSnapshot {
  /** Of this format. */
  readonly version: 1
  /** A half-open circuit is told as an open one whose time is over. */
  readonly state: 'closed' | 'open' | 'isolated'
  /** When the next probe may run, in milliseconds since 1970-01-01 UTC; null unless it is open for a known time. */
  readonly openUntilEpochMs: number | null
  /** How often it has opened since it was last closed. */
  readonly trips: number
  /** What was given to `isolate`. */
  readonly reason: string | null
}

/** A half-open circuit is told as one whose open time is over. */
export function snapshotOf(circuit: Circuit): CircuitSnapshot {
  const { state, trips, settings } = circuit
  const closed = { version: 1, state: 'closed', openUntilEpochMs: null, trips, reason: null } as const
  if (state.name === 'closed') return closed
  if (state.name === 'isolated') return { ...closed, state: 'isolated', reason: state.reason ?? null }
  const remainingMs = state.name === 'open' ? circuit.availableInMs() : 0
  if (isUnlimited(remainingMs)) return { ...closed, state: 'open' }
  return { ...closed, state: 'open', openUntilEpochMs: settings.clock.epochMs() + remainingMs }
}

/** Puts a closed circuit into the state of a snapshot. Returns what is to be told of it, if anything is. */
export function restore(circuit: Circuit, given: unknown): Facts<CircuitEvent> | undefined {
  const problem = problemWith(given)
  if (problem !== undefined) return { type: 'circuit.restoreFailed', problem }
  const { state, openUntilEpochMs, trips, reason: kept } = given as CircuitSnapshot
  circuit.trips = trips
  if (state === 'closed') return undefined
  const reason = kept === null ? undefined : clean(kept)
  const openMs = state === 'isolated' ? Infinity : openMsLeft(circuit, trips, openUntilEpochMs)
  const sinceMs = circuit.settings.clock.nowMs()
  circuit.assume(state === 'isolated' ? { name: state, reason } : { name: state, sinceMs, openMs })
  return { type: 'circuit.opened', cause: 'restored', openMs, trips, reason }
}

/** The wall clocks of two processes may differ by anything: what is left is at most what it could have been. */
function openMsLeft(circuit: Circuit, trips: number, openUntilEpochMs: number | null): number {
  const leftMs = openUntilEpochMs === null ? Infinity : openUntilEpochMs - circuit.settings.clock.epochMs()
  const openMs = Math.min(longestOpenMs(circuit.settings, trips), Math.max(0, leftMs))
  return isUnlimited(openMs) ? Infinity : openMs
}

function problemWith(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return `expected an object, got ${show(given)}`
  const { version, state, openUntilEpochMs, trips, reason } = given as Partial<Record<keyof CircuitSnapshot, unknown>>
  if (version !== 1) return `expected version 1, got ${show(version)}`
  if (state !== 'closed' && state !== 'open' && state !== 'isolated') return `expected a state, got ${show(state)}`
  if (openUntilEpochMs !== null && !Number.isFinite(openUntilEpochMs))
    return `expected openUntilEpochMs, got ${show(openUntilEpochMs)}`
  if (!Number.isSafeInteger(trips) || (trips as number) < 0) return `expected a number of trips, got ${show(trips)}`
  if (reason !== null && typeof reason !== 'string') return `expected a reason, got ${show(reason)}`
  return undefined
}
