import { getEventListeners } from 'node:events'
import { rejects, resolves, type Step, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import {
  type AnyPolicy,
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  constant,
  fallback,
  pipeline,
  retry,
  timeout,
} from 'holdfast'
import { describe, expect, it } from 'vitest'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()
const reason = new Error('user left')
const reset = new Error('reset')

const [RETRY, SLOTS] = [0, 4]

interface Plan {
  /** The policies by number, outermost first; some may be missing. */
  readonly order: readonly number[]
  readonly runs: readonly RunPlan[]
}

interface RunPlan {
  readonly startMs: number
  readonly abortAfterMs: number | undefined
  readonly timeoutMs: number | undefined
  readonly steps: readonly Step<string>[]
}

const ms = fc.integer({ min: 0, max: 1_500 })
const step: fc.Arbitrary<Step<string>> = fc
  .tuple(fc.boolean(), ms, fc.boolean())
  .map(([isGood, afterMs, isDeaf]) =>
    isGood ? resolves('value', { afterMs, isDeaf }) : rejects(reset, { afterMs, isDeaf }),
  )

const plan: fc.Arbitrary<Plan> = fc.record({
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
  runs: fc.array(
    fc.record({
      startMs: ms,
      abortAfterMs: fc.option(ms, { nil: undefined }),
      timeoutMs: fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: undefined }),
      steps: fc.array(step, { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
})

function policiesOf(clock: VirtualClock) {
  const slots = bulkhead({ clock, maxConcurrent: 2, maxQueued: 2, maxWaitMs: 600, reclaimMs: Infinity })
  const members: AnyPolicy[] = [
    retry({ clock, maxAttempts: 3, backoff: constant({ delayMs: 100 }), random: () => 0.5 }),
    timeout({ clock, timeoutMs: 700, name: 'one' }),
    timeout({ clock, timeoutMs: 900, name: 'other' }),
    circuitBreaker({ clock, trip: consecutiveFailures(3), openMs: 300, random: () => 0.5 }),
    slots,
    fallback({ clock, to: () => 'instead', handles: ({ error }) => error !== reset }),
  ]
  return { slots, members }
}

/** Lets one run take its course; says what a user could hold against it. */
async function take(policy: AnyPolicy, clock: VirtualClock, run: RunPlan, slotsRunning: (delta: number) => void) {
  const controller = new AbortController()
  const { signal } = controller
  const complaints: string[] = []
  const operation = scripted(run.steps, { clock })
  let isSettled = false
  const tracked = policy.run(
    async call => {
      if (isSettled) complaints.push('called after the answer')
      slotsRunning(1)
      try {
        return await operation(call)
      } finally {
        slotsRunning(-1)
      }
    },
    { signal, timeoutMs: run.timeoutMs },
  )
  if (run.abortAfterMs !== undefined) clock.setTimeout(() => controller.abort(reason), run.abortAfterMs)
  const wasAborted = (): boolean => signal.aborted
  const end = await tracked.then(
    () => ({ isAborted: wasAborted(), error: undefined }),
    (error: unknown) => ({ isAborted: wasAborted(), error }),
  )
  isSettled = true
  if (end.isAborted && end.error !== reason) complaints.push(`aborted, and yet ended with ${String(end.error)}`)
  if (getEventListeners(signal, 'abort').length > 0) complaints.push('a listener is left')
  return complaints
}

describe('any pipeline of real policies, whatever happens to its runs', () => {
  it('settles each run once, keeps to its slots and leaves nothing behind', async () => {
    const property = fc.asyncProperty(plan, async ({ order, runs }) => {
      const clock = virtualClock()
      const { slots, members } = policiesOf(clock)
      const policy = pipeline(...order.map(index => members[index] as AnyPolicy))
      let [running, most] = [0, 0]
      const slotsRunning = (delta: number): void => {
        running += delta
        most = Math.max(most, running)
      }

      const ends: Promise<string[]>[] = []
      for (const run of runs) {
        clock.setTimeout(() => ends.push(take(policy, clock, run, slotsRunning)), run.startMs)
      }
      await clock.runAll()
      const complaints = (await Promise.all(ends)).flat()
      await clock.settle()

      expect(complaints).toEqual([])
      expect({ runs: ends.length, timers: clock.pendingTimers, active: slots.active, queued: slots.queued }).toEqual({
        runs: runs.length,
        timers: 0,
        active: 0,
        queued: 0,
      })
      // A retry inside a slot may call again while work goes on that a timeout gave up on.
      if (order.indexOf(SLOTS) > order.indexOf(RETRY)) expect(most).toBeLessThanOrEqual(2)
      expect(unhandled).toEqual([])
    })

    await fc.assert(property, { numRuns: 300 })
  })
})
