import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import type { VirtualClock } from '@holdfast/testing'
import { unhandledRejectionsOf } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  type Clock,
  circuitBreaker,
  consecutiveFailures,
  fallback,
  keyed,
  type Operation,
  pipeline,
  type RunOptions,
  retry,
  timeout,
} from 'holdfast'

const rethrow = ({ error }: { readonly error: unknown }): never => {
  throw error
}

/** The five policies, in a usual order, which change nothing about one call. */
const harmless = (clock: Clock): readonly AnyPolicy[] => [
  fallback({ clock, to: rethrow }),
  timeout({ clock, timeoutMs: 10_000 }),
  retry({ clock, maxAttempts: 2 }),
  circuitBreaker({ clock, trip: consecutiveFailures(1_000) }),
  bulkhead({ clock, maxConcurrent: 1 }),
]

/** Where an operation with a fault is run. */
export const everywhere: readonly { place: string; make: (clock: Clock) => AnyPolicy }[] = [
  ...['fallback', 'timeout', 'retry', 'circuit-breaker', 'bulkhead'].map((place, index) => ({
    place,
    make: (clock: Clock) => harmless(clock)[index] as AnyPolicy,
  })),
  { place: 'pipeline of five', make: clock => pipeline(...harmless(clock)) },
  { place: 'pipeline of five, the other way round', make: clock => pipeline(...harmless(clock).toReversed()) },
  {
    place: 'keyed',
    make: clock => keyed({ clock, by: () => 'key', make: () => bulkhead({ clock, maxConcurrent: 1 }) }),
  },
]

/** The five policies with `tested` in the place of the one of its kind. Nothing else is repeated. */
function amongFive(tested: AnyPolicy, clock: Clock): AnyPolicy {
  const calm = harmless(clock).map(policy =>
    policy.kind === 'retry' ? retry({ clock, handles: () => false }) : policy,
  )
  const isThere = calm.some(({ kind }) => kind === tested.kind)
  return pipeline(...(isThere ? calm.map(one => (one.kind === tested.kind ? tested : one)) : [...calm, tested]))
}

/** Where a policy with a fault stands. */
export const places: readonly { place: string; put: (policy: AnyPolicy, clock: Clock) => AnyPolicy }[] = [
  { place: 'alone', put: policy => policy },
  { place: 'among five', put: amongFive },
]

/** Goes wrong the first time that it is called, and then says what is fine. */
export function first<T>(fail: () => unknown, fine: T): () => T {
  let called = 0
  return () => (called++ === 0 ? fail() : fine) as T
}

/** How a run went under a fault of the user's. */
export interface Aftermath {
  /** Undefined of a run that has not ended although there is nothing more to wait for. */
  readonly end: PromiseSettledResult<unknown> | undefined
  readonly left: { readonly unhandled: readonly unknown[]; readonly timers: number; readonly listeners: number }
  /** What the next call answers. */
  readonly next: unknown
}

/** What is left after a run that has ended well. */
export const nothing: Aftermath['left'] = { unhandled: [], timers: 0, listeners: 0 }

/** Runs `operation` to its end, and then a call that has no fault. */
export async function aftermathOf(
  policy: AnyPolicy,
  clock: VirtualClock,
  operation: Operation<unknown>,
  options: RunOptions = {},
): Promise<Aftermath> {
  const { signal = new AbortController().signal } = options
  const ends: PromiseSettledResult<unknown>[] = []
  const unhandled = await unhandledRejectionsOf(async () => {
    void Promise.allSettled([policy.run(operation, { ...options, signal })]).then(settled => ends.push(...settled))
    await clock.runAll()
  })
  const left = { unhandled, timers: clock.pendingTimers, listeners: abortListeners(signal) }
  const next = await policy.run(() => 'next').catch((error: unknown) => error)
  return { end: ends[0], left, next }
}

export const rejected = (reason: unknown): PromiseSettledResult<unknown> => ({ status: 'rejected', reason })
export const fulfilled = (value: unknown): PromiseSettledResult<unknown> => ({ status: 'fulfilled', value })
