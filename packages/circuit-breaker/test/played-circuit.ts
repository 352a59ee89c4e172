import { type CircuitBreaker, type CircuitEvent, circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { type Recording, record, type VirtualClock } from '@holdfast/testing'
import { expect } from 'vitest'
import type { End, Options } from './circuit-steps.ts'
import { NaiveCircuit, type NaiveSnapshot } from './naive-circuit.ts'
import type { NaiveTime } from './naive-time.ts'

/** What was kept of a breaker and of its model when a process ended. */
export interface Saved {
  readonly actual: string
  readonly naive: NaiveSnapshot
}

const errors = {
  error: new Error('down'),
  ignoredError: new Error('not found'),
  harmlessError: new Error('harmless'),
  protectiveError: Object.assign(new Error('full'), { code: 'ERR_HOLDFAST_BULKHEAD_FULL' }),
}

/** What a call answers whose work ends so. */
export const answerOf = (how: End): unknown => (how === 'value' || how === 'badValue' ? how : errors[how])

const outcomes = { value: 'success', badValue: 'success', protectiveError: 'ignored' } as const
const judged = { ...outcomes, badValue: 'failure', ignoredError: 'ignored', harmlessError: 'success' } as const

/** What a call says whose work ends so. */
export function outcomeOf(how: End, { hasPredicates }: Options): 'success' | 'failure' | 'ignored' {
  const known: { readonly [Each in End]?: 'success' | 'failure' | 'ignored' } = hasPredicates ? judged : outcomes
  return known[how] ?? 'failure'
}

const predicates = {
  ignores: ({ error }: { readonly error: unknown }) => error === errors.ignoredError,
  handles: ({ error }: { readonly error: unknown }) => error !== errors.harmlessError,
  handlesResult: (result: unknown) => result === 'badValue',
}

/** A breaker and the model of it. */
export class PlayedCircuit {
  readonly breaker: CircuitBreaker
  readonly model: NaiveCircuit
  private readonly recording: Recording<CircuitEvent>

  constructor(options: Options, clock: VirtualClock, time: NaiveTime, saved: Saved | undefined) {
    const { failures, openMs, draws, mode, hasPredicates, probes, ...thresholds } = options
    const random = drawsFrom(draws)
    const trip = consecutiveFailures(failures)
    const restore: unknown = saved && JSON.parse(saved.actual)
    const judges = hasPredicates ? predicates : {}
    const halfOpen = { probes, ...thresholds }
    this.breaker = circuitBreaker({ clock, trip, openMs, mode, halfOpen, random, restore, ...judges })
    this.model = new NaiveCircuit(options, time, saved?.naive)
    this.recording = record(this.breaker)
  }

  save(): Saved {
    const saved = { actual: JSON.stringify(this.breaker.snapshot()), naive: this.model.snapshot() }
    expect(JSON.parse(saved.actual)).toEqual(saved.naive)
    return saved
  }

  /** What both have told and done since this was asked for. */
  compare(): readonly string[] {
    const { breaker, model, recording } = this
    expect(breaker.state).toBe(model.state)
    expect(recording.events.map(factsOf)).toEqual(model.events)
    const seen = recording.events.map(event => `${event.type}${'cause' in event ? ` ${event.cause}` : ''}`)
    recording.clear()
    model.events = []
    if (model.state === 'halfOpen') seen.push(`${model.probes} probes at once`)
    if (model.trips > 1) seen.push(`${Math.min(4, model.trips)} trips`)
    return seen
  }
}

/** An event without its envelope, but for the time. */
function factsOf({
  policy: _policy,
  pipeline: _pipeline,
  callId: _id,
  attempt: _attempt,
  ...facts
}: CircuitEvent): object {
  return facts
}

function drawsFrom(draws: readonly number[]): () => number {
  let drawn = 0
  return () => draws[drawn++ % draws.length] as number
}
