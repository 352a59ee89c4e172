import { hangs, rejects, resolves, type Step, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import {
  type AnyPolicy,
  bulkhead,
  type Clock,
  circuitBreaker,
  constant,
  failureRate,
  pipeline,
  type RunOptions,
  retry,
  timeout,
} from 'holdfast'
import { describe, expect, it } from 'vitest'
import { aftermathOf, everywhere, nothing } from './faults.ts'

const HOUR = 3_600_000
const reset = new Error('reset')

interface Course {
  readonly status: string | undefined
  readonly calledAtMs: readonly number[]
  readonly endedAtMs: number
}

/** How a run goes, in the time that really passes, when the clock is set back by `jumpMs` after `jumpAtMs`. */
async function courseOf(
  make: (clock: Clock) => AnyPolicy,
  steps: readonly Step<string>[],
  options: RunOptions,
  jump: { readonly jumpAtMs: number; readonly jumpMs: number },
): Promise<Course> {
  const clock = virtualClock()
  let jumpedMs = 0
  const passedMs = (): number => clock.nowMs() - jumpedMs
  const startMs = passedMs()
  const policy = make(clock)
  const operation = scripted(steps, { clock: { ...clock, nowMs: passedMs } })
  clock.setTimeout(() => {
    clock.jump(jump.jumpMs)
    jumpedMs += jump.jumpMs
  }, jump.jumpAtMs)

  let endedAtMs = Number.NaN
  const settled = Promise.allSettled([policy.run(operation, options)])
  void settled.then(() => {
    endedAtMs = passedMs() - startMs
  })
  await clock.runAll()
  const [end] = await settled
  return { status: end?.status, calledAtMs: operation.calls.map(({ atMs }) => atMs - startMs), endedAtMs }
}

const courses: readonly [string, readonly Step<string>[], RunOptions][] = [
  ['a success', [resolves('product', { afterMs: 500 })], {}],
  ['a success after a failure', [rejects(reset), resolves('product', { afterMs: 500 })], {}],
  ['failures that take their time', [rejects(reset, { afterMs: 300 }), rejects(reset, { afterMs: 300 })], {}],
  ['the limit of the run', [hangs(), hangs()], { timeoutMs: 2_000 }],
  ['the limit of the run and deaf work', [hangs({ isDeaf: true }), hangs({ isDeaf: true })], { timeoutMs: 2_000 }],
]

const placesOfRuns = everywhere.map(({ place, make }) => ({
  place,
  make: place.startsWith('pipeline') || place === 'retry' ? calm : make,
}))

/** Waits that do not depend on lots. */
function calm(clock: Clock): AnyPolicy {
  const backoff = constant({ delayMs: 100, jitter: 'none' })
  return pipeline(
    timeout({ clock, timeoutMs: 10_000 }),
    retry({ clock, maxAttempts: 2, backoff }),
    circuitBreaker({ clock, trip: failureRate({ threshold: 1, windowMs: 10_000, minCalls: 3 }) }),
    bulkhead({ clock, maxConcurrent: 1, maxQueued: 1, maxWaitMs: 1_000, reclaimMs: 100 }),
    timeout({ clock, timeoutMs: 5_000 }),
  )
}

describe.each(placesOfRuns)('a clock that steps back an hour, under $place,', ({ make }) => {
  it.each(courses)('neither hurries nor delays a run, whenever it steps: %s', async (_, steps, options) => {
    const expected = await courseOf(make, steps, options, { jumpAtMs: 1, jumpMs: 0 })

    for (const jumpAtMs of [1, 50, 100, 250, 300, 400, 500, 600, 2_000]) {
      expect(await courseOf(make, steps, options, { jumpAtMs, jumpMs: -HOUR })).toEqual(expected)
    }
  })
})

describe.each(everywhere)('a clock that has lost its mind, under $place,', ({ make }) => {
  it.each<[string, (clock: VirtualClock) => () => number]>([
    ['says NaN', () => () => Number.NaN],
    ['says NaN every other time', clock => alternating(clock)],
    ['stands still', () => () => 0],
    ['goes backwards at each reading', clock => backwards(clock)],
    ['is past all time', () => () => Number.MAX_VALUE],
    ['is before all time', () => () => -Number.MAX_VALUE],
  ])('and %s lets every run settle, and nothing is left', async (_, nowMsOf) => {
    for (const [, steps, options] of courses) {
      const clock = virtualClock()
      const mad = { ...clock, nowMs: nowMsOf(clock) }
      const watched = Object.defineProperty(mad, 'pendingTimers', { get: () => clock.pendingTimers }) as VirtualClock
      const policy: AnyPolicy = make(watched)
      policy.subscribe(() => {})

      const { end, left } = await aftermathOf(policy, watched, scripted(steps, { clock }), options)

      expect(end?.status).toBeDefined()
      expect(left).toEqual(nothing)
    }
  })
})

function alternating(clock: VirtualClock): () => number {
  let reads = 0
  return () => (reads++ % 2 === 0 ? Number.NaN : clock.nowMs())
}

function backwards(clock: VirtualClock): () => number {
  let readMs = clock.nowMs()
  return () => (readMs -= HOUR)
}
