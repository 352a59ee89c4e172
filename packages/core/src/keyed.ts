import type { Call, Runner } from './call.ts'
import { Emitter, type Listener, type PolicyEvent } from './events.ts'
import { type Entry, KeyedEntries, standingOf } from './keyed-entries.ts'
import { type CommonOptions, integer, optionalFunction, readPolicyOptions, rule } from './options.ts'
import { type AddedBy, type AnyPolicy, definePolicy, type EventOf, type Policy } from './policy.ts'
import { asPolicy } from './policy-check.ts'
import { isUnwantedPromise, promised } from './promises.ts'
import { holdfast } from './protocol.ts'

/** Longer keys share the overflow policy: whoever chooses the keys must not choose how much memory they take. */
const LONGEST_KEY = 1_024

/** A policy was dropped, because a new key needed its place. */
export interface KeyedEvicted extends PolicyEvent {
  readonly type: 'keyed.evicted'
  /** Whether its circuit was open: its dependency gets a fresh start then. */
  readonly wasOpen: boolean
}

/** A call went through the shared overflow policy: all others are busy, or its key is too long. */
export interface KeyedOverflowed extends PolicyEvent {
  readonly type: 'keyed.overflowed'
}

/** The events of `keyed` itself; `subscribe` delivers those of its policies, too. */
export type KeyedEvent = KeyedEvicted | KeyedOverflowed

/** Options of `keyed`. */
export interface KeyedOptions<Key, P extends AnyPolicy> extends CommonOptions {
  /** The key of a call, compared as `Map` does. For undefined, and for a promise, the call fails with a `TypeError`. */
  readonly by: (call: Call) => Key
  /** Makes the policy of a new key, with the clock of `keyed`. What it throws is what the call fails with. */
  readonly make: (key: Key) => P
  /** Makes the policy that new keys share when no other can be dropped. Default: `make('overflow')`. */
  readonly makeOverflow?: (() => P) | undefined
  /** Keys that have a policy of their own at a time, an integer of at least 1, or Infinity. Default 1 000. */
  readonly maxKeys?: number | undefined
}

/** A policy for each key. */
export interface Keyed<Key, P extends AnyPolicy> extends Policy<AddedBy<P>, EventOf<P> | KeyedEvent> {
  /** Keys that have a policy now. */
  readonly size: number
  /** The policy of `key`, if it has one. Does not count as a use. */
  readonly get: (key: Key) => P | undefined
  /** All keys with their policies. */
  readonly entries: () => IterableIterator<[Key, P]>
}

/**
 * Gives each key a policy of its own, in bounded memory: one breaker per origin, one bulkhead per tenant. When it is
 * full, the least recently used policy makes room: idle before open, busy never; if all are busy, new keys share one.
 * So does a string of more than 1 024 characters.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * declare module '@holdfast/core' { interface CallContext { readonly tenant?: string } }
 * const make = () => circuitBreaker({ name: 'tenant.breaker' })
 * const perTenant = keyed({ by: call => call.context.tenant ?? 'nobody', make, maxKeys: 500 })
 * const product = await perTenant.run(({ signal }) => getJson(url, signal), { context: { tenant: 'acme' } })
 */
export function keyed<Key, P extends AnyPolicy>(options: KeyedOptions<Key, P>): Keyed<Key, P> {
  const { by, make, makeOverflow, maxKeys, ...identity } = readPolicyOptions('keyed', options, {
    by: rule<KeyedOptions<Key, P>['by']>('a function', value => typeof value === 'function'),
    make: rule<KeyedOptions<Key, P>['make']>('a function', value => typeof value === 'function'),
    makeOverflow: optionalFunction<() => P>(),
    maxKeys: integer(1, 1_000),
  })
  const emitter = new Emitter<KeyedEvent>(identity)
  const relay = (event: PolicyEvent): void => emitter.relay(event as KeyedEvent)
  const connect = (entry: Entry<P>): void => {
    if (emitter.hasListeners) entry.disconnect ??= entry.policy.subscribe(relay)
  }
  const disconnect = (entry: Entry<P>): void => {
    entry.disconnect?.()
    entry.disconnect = undefined
  }
  const checked = (policy: P): P => {
    isUnwantedPromise(policy)
    if (
      asPolicy(policy, `${identity.name}: make must return a policy; what it returned`)[holdfast].identity.clock !==
      identity.clock
    ) {
      throw new TypeError(`${identity.name}: make returned a policy with another clock, give both the same`)
    }
    return policy
  }
  const entries = new KeyedEntries<Key, P>({
    maxKeys,
    make: key => checked(make(key)),
    makeOverflow: () => checked(makeOverflow === undefined ? make('overflow' as Key) : makeOverflow()),
    made: connect,
    evicted: entry => {
      disconnect(entry)
      if (emitter.isHeard) emitter.emit({ type: 'keyed.evicted', wasOpen: standingOf(entry) === 'open' })
    },
  })
  const entryOf = (key: Key): Entry<P> => {
    if (key === undefined || isUnwantedPromise(key)) {
      throw new TypeError(
        `${identity.name}: by must return a key, got ${key === undefined ? 'undefined' : 'a promise'}`,
      )
    }
    return typeof key === 'string' && key.length > LONGEST_KEY ? entries.enterOverflow() : entries.enter(key)
  }
  const link = (next: Runner): Runner => {
    const runners = new WeakMap<AnyPolicy, Runner>()
    const runnerOf = (policy: P): Runner => {
      const known = runners.get(policy)
      if (known !== undefined) return known
      const runner = policy[holdfast].link(next)
      runners.set(policy, runner)
      return runner
    }
    return (operation, call) => {
      try {
        const entry = entryOf(by(call))
        if (entry.isOverflow && emitter.isHeard) emitter.emit({ type: 'keyed.overflowed' }, call)
        return promised(() => runnerOf(entry.policy)(operation, call)).then(entry.onValue, entry.onError)
      } catch (error) {
        return Promise.reject(error)
      }
    }
  }
  const subscribe = (listener: Listener<EventOf<P> | KeyedEvent>): (() => void) => {
    const stop = emitter.subscribe(listener)
    for (const entry of entries.all()) connect(entry)
    return () => {
      stop()
      if (emitter.hasListeners) return
      for (const entry of entries.all()) disconnect(entry)
    }
  }
  return definePolicy<AddedBy<P>, EventOf<P> | KeyedEvent, Omit<Keyed<Key, P>, keyof Policy>>(
    { emitter: { identity, subscribe }, link, standing: () => entries.standing() },
    {
      get size() {
        return entries.size
      },
      get: key => entries.get(key)?.policy,
      entries: () => entries.pairs(),
    },
  )
}
