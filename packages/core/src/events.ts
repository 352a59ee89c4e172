import type { KernelCall } from './call.ts'
import { enqueueDelivery } from './deliveries.ts'
import { observers } from './observers.ts'
import type { Identity } from './options.ts'
import { callGuarded } from './report.ts'
import { clean } from './text.ts'

/** What all events have. */
export interface PolicyEvent {
  /** What happened, such as `circuit.opened`. */
  readonly type: string
  /** The policy that speaks. */
  readonly policy: { readonly name: string; readonly kind: string }
  /** Name of the pipeline, or of the policy, whose `run` made the call; undefined for what no call caused. */
  readonly pipeline: string | undefined
  /** Number of that run, unique in the process; undefined for what no call caused. */
  readonly callId: number | undefined
  /** The attempt that it happened in, from 1; undefined for what no call caused. */
  readonly attempt: number | undefined
  /** When, in milliseconds on the monotonic timeline of the policy's clock. */
  readonly atMs: number
}

/** How events tell of an error. Name and code are safe as telemetry; messages, URLs and keys stay with the error. */
export interface ErrorFacts {
  /** What was thrown, or rejected with: it may be anything. */
  readonly error: unknown
  /** `error.name`, at most 120 characters; what `typeof` says of anything but an object. */
  readonly errorName: string
  /** `error.code` if it is a string or a number, at most 120 characters. */
  readonly errorCode: string | undefined
}

/** How something failed: what it threw, or a result that a policy judged a failure. */
export type Failure = { readonly error: unknown } | { readonly result: unknown }

/** How events tell of a failure. */
export interface FailureFacts extends ErrorFacts {
  /** True when a result was judged a failure: `error` is undefined then, and `errorName` is `result`. */
  readonly isResult: boolean
}

/** An event without what the emitter adds. */
export type Facts<Event extends PolicyEvent> = Event extends PolicyEvent
  ? Omit<Event, Exclude<keyof PolicyEvent, 'type'>>
  : never

/** Is told events. It cannot change an outcome: what it throws, or rejects with, is reported. */
export type Listener<Event extends PolicyEvent> = (event: Event) => unknown

/** Who listens to one policy. Emitting costs nothing while nobody does: ask `isHeard` before building an event. */
export class Emitter<Event extends PolicyEvent> {
  /** The policy that speaks. */
  readonly identity: Identity
  private listeners: readonly Listener<Event>[] = []

  constructor(identity: Identity) {
    this.identity = identity
  }

  /** True while a listener, or an observer of the process, is told events of this policy. */
  get isHeard(): boolean {
    return this.listeners.length !== 0 || observers.list.length !== 0
  }

  /** True while somebody has subscribed; observers do not count. */
  get hasListeners(): boolean {
    return this.listeners.length !== 0
  }

  /** Passes on the event of another policy, as its listener: in the same delivery. */
  relay(event: Event): void {
    for (const listener of this.listeners) callGuarded(`a listener of ${this.identity.name}`, () => listener(event))
  }

  /**
   * Calls `listener` with each event from now on, until the returned function is called. Throws a `TypeError` for what
   * is no function.
   */
  subscribe(listener: Listener<Event>): () => void {
    if (typeof listener !== 'function') throw new TypeError(`${this.identity.name}: a listener must be a function`)
    // An entry of its own, so that a listener that subscribed twice leaves once at a time.
    const entry: Listener<Event> = event => listener(event)
    this.listeners = [...this.listeners, entry]
    return () => {
      this.listeners = this.listeners.filter(other => other !== entry)
    }
  }

  /** Tells listeners and observers, once it is their turn. Name `attempt` where it is not that of the call. */
  emit(facts: Facts<Event>, call?: KernelCall, attempt: number | undefined = call?.attempt): void {
    deliver(envelop(facts, this.identity, call, attempt) as unknown as Event, this.listeners)
  }
}

/** Tells only observers. */
export function tell(
  facts: { readonly type: string; readonly [fact: string]: unknown },
  identity: Identity,
  call?: KernelCall,
): void {
  deliver(envelop(facts, identity, call, call?.attempt), [])
}

/** Puts the facts of an event into the envelope that all events share. */
function envelop<F extends { readonly type: string }>(
  facts: F,
  identity: Identity,
  call: KernelCall | undefined,
  attempt: number | undefined,
): F & PolicyEvent {
  const { name, kind, clock } = identity
  const envelope = {
    type: facts.type,
    policy: { name, kind },
    pipeline: call?.root.identity.name,
    callId: call?.callId,
    attempt,
    atMs: clock.nowMs(),
  }
  return Object.assign(envelope, facts)
}

/**
 * Tells listeners, then observers. An event that a listener causes waits until the present one has been told to all,
 * so that everybody sees events in the order in which they happened.
 */
function deliver<Event extends PolicyEvent>(event: Event, listeners: readonly Listener<Event>[]): void {
  const watching = observers.list
  enqueueDelivery(() => {
    for (const listener of listeners) callGuarded(`a listener of ${event.policy.name}`, () => listener(event))
    for (const { event: observe } of watching)
      if (observe !== undefined) callGuarded('an observer', () => observe(event))
  })
}

/** Reads what events tell of an error. The error may be anything, with accessors that throw. */
export function errorFacts(error: unknown): ErrorFacts {
  const name = readWord(error, 'name')
  return { error, errorName: name ?? typeof error, errorCode: readWord(error, 'code') }
}

/** What events tell of a failure: as `errorFacts`, and whether a result was judged one. */
export function failureFacts(failure: Failure): FailureFacts {
  if ('error' in failure) return { ...errorFacts(failure.error), isResult: false }
  return { error: undefined, errorName: 'result', errorCode: undefined, isResult: true }
}

function readWord(error: unknown, member: 'name' | 'code'): string | undefined {
  let word: unknown
  try {
    word = (error as Record<string, unknown>)[member]
  } catch {
    // It has no members, or one that throws.
  }
  return typeof word === 'string' || typeof word === 'number' ? clean(String(word)) : undefined
}
