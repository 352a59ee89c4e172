import { exploreSchedules, type Schedule } from '@holdfast/testing'
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
import { type Caller, call } from './schedules-caller.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()
const reset = new Error('reset')

function policiesIn({ clock, random }: Schedule, produce: (value: string) => string) {
  const slots = bulkhead({ clock, maxConcurrent: 2, maxQueued: 3, maxWaitMs: 300, reclaimMs: Infinity })
  const breaker = circuitBreaker({ clock, random, trip: consecutiveFailures(4), openMs: 100 })
  const attempts = retry({ clock, random, maxAttempts: 3, budget: false, backoff: constant({ delayMs: 50 }) })
  const members: AnyPolicy[] = [
    fallback({ clock, to: () => produce('instead'), handles: ({ error }) => error !== reset }),
    attempts,
    breaker,
    timeout({ clock, timeoutMs: 200 }),
    slots,
  ]
  return { slots, breaker, attempts, members }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map(item => ({ item, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

/** Calls that come, end, are aborted and run into limits at any time. */
function visit(policy: AnyPolicy, schedule: Schedule, produce: (value: string) => string, discarded: unknown[]) {
  const { soon, random } = schedule
  const callers: Caller[] = []
  const work = { running: 0, most: 0 }
  const arrive = (number: number): void => {
    const operate = (): Promise<string> => {
      work.most = Math.max(work.most, ++work.running)
      return soon(`end of call ${number}`, () => {
        work.running--
        if (random() < 0.5) throw reset
        return produce(`answer ${number}`)
      })
    }
    const caller = call(policy, operate, {
      isAbortable: random() < 0.7,
      timeoutMs: random() < 0.3 ? 250 : Infinity,
      discard: value => discarded.push(value),
    })
    callers.push(caller)
    if (random() < 0.4) void soon(`abort ${number}`, caller.abort)
  }
  for (let number = 1; number <= 3; number++) arrive(number)
  for (let number = 4; number <= 6; number++) void soon(`call ${number}`, () => arrive(number))
  return { callers, work }
}

describe('a pipeline of all five, in any order, in whatever order things happen', () => {
  it('answers each call once, loses no value, leaves nothing behind and goes on working', async () => {
    await exploreSchedules(
      async schedule => {
        const { clock, run, random } = schedule
        const [produced, discarded]: [string[], unknown[]] = [[], []]
        // Each value is another one, so that none can stand for another.
        const produce = (value: string): string => {
          produced.push(`${value}, ${produced.length}`)
          return produced.at(-1) as string
        }
        const { slots, breaker, attempts, members } = policiesIn(schedule, produce)
        const order = shuffled(members, random)
        const policy = pipeline(...order)
        const { callers, work } = visit(policy, schedule, produce, discarded)

        await run()
        breaker.close()
        const last = await policy.run(() => 'up')

        expect(callers.flatMap(({ complaints }) => complaints)).toEqual([])
        expect(callers.filter(({ outcome }) => outcome === undefined)).toEqual([])
        const answered = callers.flatMap(({ outcome }) =>
          outcome !== undefined && 'value' in outcome ? [outcome.value] : [],
        )
        expect([...answered, ...discarded].map(String).toSorted()).toEqual(produced.toSorted())
        // A retry inside a slot may call again while work goes on that a timeout gave up on.
        if (order.indexOf(slots) > order.indexOf(attempts)) expect(work.most).toBeLessThanOrEqual(2)
        expect(last).toBe('up')
        expect([slots.active, slots.queued, clock.pendingTimers, unhandled]).toEqual([0, 0, 0, []])
      },
      { schedules: 400 },
    )
  })
})
