import type { AnyPolicy, EventOf, PolicyEvent } from '@holdfast/core'

/** What a policy has told since the recording began. */
export interface Recording<Event> {
  readonly events: readonly Event[]
  /** The types of the events, in order: what most tests want to see. */
  readonly types: readonly string[]
  /** The events of one type. */
  readonly of: <Type extends Event extends { readonly type: infer T } ? T : never>(
    type: Type,
  ) => Extract<Event, { readonly type: Type }>[]
  /** Forgets what was told so far. */
  readonly clear: () => void
  readonly stop: () => void
}

/**
 * Records the events of a policy, or of all members of a pipeline.
 *
 * @example
 * const recording = record(breaker)
 * await provokeFailures()
 * expect(recording.types).toEqual(['circuit.opened'])
 */
export function record<P extends AnyPolicy>(policy: P): Recording<EventOf<P>> {
  const events: EventOf<P>[] = []
  const types: string[] = []
  const stop = policy.subscribe((event: EventOf<P>) => {
    events.push(event)
    types.push((event as PolicyEvent).type)
  })
  return {
    events,
    types,
    of: type => events.filter(event => event.type === type) as never,
    clear: () => {
      events.length = types.length = 0
    },
    stop,
  }
}
