import { hangs, rejects, resolves, type Step, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  constant,
  fallback,
  type PolicyEvent,
  retry,
  retryBudget,
  timeout,
} from 'holdfast'
import { describe, expect, it } from 'vitest'
import { aftermathOf, nothing, places, rejected } from './faults.ts'

const reset = new Error('reset')
const reason: Error = Object.freeze(new Error('enough'))
const backoff = constant({ delayMs: 100, jitter: 'none' })
const down = rejects(reset)
const failing = (): Promise<never> => Promise.reject(reset)

/** A breaker that opens for a second at the first failure, in the state that `failures` and `waitMs` bring about. */
async function breaker(clock: VirtualClock, failures: number, waitMs: number): Promise<AnyPolicy> {
  const policy = circuitBreaker({ clock, trip: consecutiveFailures(1), openMs: 1_000, random: () => 1 })
  for (let call = 0; call < failures; call++) await policy.run(failing).catch(() => 'rejected')
  await clock.advance(waitMs)
  return policy
}

function zeroAtFirst(): () => number {
  let asked = 0
  return () => (asked++ === 0 ? 0 : 100)
}

interface Telling {
  readonly event: string
  readonly make: (clock: VirtualClock) => AnyPolicy | Promise<AnyPolicy>
  readonly steps: readonly Step<unknown>[]
  /** Brings the policy back to where a call is let through. */
  readonly afterMs?: number
}

/** How to hear each event that a run causes before its caller is answered. */
const tellings: readonly Telling[] = [
  { event: 'retry.scheduled', make: clock => retry({ clock, backoff }), steps: [down] },
  { event: 'retry.succeeded', make: clock => retry({ clock, backoff }), steps: [down, resolves('product')] },
  { event: 'retry.exhausted', make: clock => retry({ clock, backoff, maxAttempts: 2 }), steps: [down, down] },
  {
    event: 'retry.budgetExhausted',
    make: clock => retry({ clock, budget: retryBudget({ ratio: 0, minPerSecond: 0 }) }),
    steps: [down],
  },
  { event: 'timeout.expired', make: clock => timeout({ clock, timeoutMs: 100 }), steps: [hangs()] },
  { event: 'timeout.expired', make: clock => timeout({ clock, timeoutMs: zeroAtFirst() }), steps: [] },
  { event: 'circuit.opened', make: clock => breaker(clock, 0, 0), steps: [down], afterMs: 1_000 },
  { event: 'circuit.rejected', make: clock => breaker(clock, 1, 0), steps: [], afterMs: 1_000 },
  { event: 'circuit.halfOpened', make: clock => breaker(clock, 1, 1_000), steps: [] },
  { event: 'circuit.closed', make: clock => breaker(clock, 1, 1_000), steps: [resolves('product')] },
  { event: 'bulkhead.acquired', make: clock => bulkhead({ clock, maxConcurrent: 1 }), steps: [] },
  { event: 'fallback.used', make: clock => fallback({ clock, to: () => 'instead' }), steps: [down] },
  { event: 'fallback.failed', make: clock => fallback({ clock, to: failing }), steps: [down] },
]

const cases = places.flatMap(({ place, put }) => tellings.map(telling => ({ ...telling, place, put })))

describe.each(cases)('a listener that aborts the caller as it hears $event, $place,', ({ put, ...telling }) => {
  it('ends the run with the reason of the caller, and nothing is left behind', async () => {
    const { event, make, steps, afterMs = 0 } = telling
    const clock = virtualClock()
    const controller = new AbortController()
    const tested = await make(clock)
    const policy = put(tested, clock)
    const operation = scripted(steps, { clock })
    const stop = tested.subscribe(({ type }: PolicyEvent) => {
      if (type === event) controller.abort(reason)
    })

    const { end, left } = await aftermathOf(policy, clock, operation, { signal: controller.signal })
    stop()
    await clock.advance(afterMs)
    const next = await policy.run(() => 'next')

    expect(end).toEqual(rejected(reason))
    expect((end as PromiseRejectedResult).reason).toBe(reason)
    expect([left, next]).toEqual([nothing, 'next'])
    expect(operation.calls).toHaveLength(steps.length)
  })
})

describe('a listener that aborts the caller', () => {
  it('as it hears that it waits at a bulkhead ends the wait, and the slot goes to the next', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const policy = bulkhead({ clock, maxConcurrent: 1, maxQueued: 2 })
    const permit = policy.tryAcquire()
    policy.subscribe(({ type }) => {
      if (type === 'bulkhead.queued') controller.abort(reason)
    })

    const rejection = policy.run(() => 'not called', { signal: controller.signal }).catch((error: unknown) => error)
    const { queued } = policy
    permit?.release()

    expect(await rejection).toBe(reason)
    expect([queued, policy.active]).toEqual([0, 0])
  })
})
