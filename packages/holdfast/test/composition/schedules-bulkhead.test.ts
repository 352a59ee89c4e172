import { exploreSchedules, type Schedule } from '@holdfast/testing'
import { type Bulkhead, BulkheadFullError, bulkhead, type Permit } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { type Caller, call } from './schedules-caller.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()

/** Watches a bulkhead: what holds a slot, and who got one. */
function watch(slots: Bulkhead, maxConcurrent: number) {
  const watched = { limit: maxConcurrent, held: 0, admitted: [] as number[], faults: [] as string[] }
  slots.subscribe(event => {
    if (event.type !== 'bulkhead.acquired') return
    if (event.active > watched.limit) watched.faults.push(`${event.active} slots of ${watched.limit} are taken`)
    if (event.callId !== undefined) watched.admitted.push(event.callId)
  })
  const enter = (): void => {
    watched.held++
    if (watched.held > slots.active) watched.faults.push(`${watched.held} hold ${slots.active} slots`)
  }
  const leave = (): void => {
    watched.held--
  }
  const resize = (limit: number): void => {
    watched.limit = limit
    slots.update({ maxConcurrent: limit })
  }
  return { watched, enter, leave, resize }
}

/** Calls, at once and later, some of which are aborted: while they wait, before they start, or while they run. */
function visit(slots: Bulkhead, { soon, random }: Schedule, { enter, leave }: ReturnType<typeof watch>) {
  const [callers, started]: [Caller[], number[]] = [[], []]
  const arrive = (number: number): void => {
    const place = callers.length
    const queuedBefore = slots.queued
    let wasQueued = false
    const work = async (): Promise<number> => {
      if (wasQueued) started.push(place)
      enter()
      await soon(`end of work ${number}`, leave)
      return place
    }
    const caller = call(slots, work, { isAbortable: random() < 0.7 })
    wasQueued = slots.queued > queuedBefore
    callers.push(caller)
    if (random() < 0.5) void soon(`abort ${number}`, caller.abort)
  }
  for (let number = 1; number <= 4; number++) arrive(number)
  for (let number = 5; number <= 8; number++) void soon(`newcomer ${number}`, () => arrive(number))
  return { callers, started }
}

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number))

/** Takes a permit, gives it back, and gives it back again. */
async function hold(permit: Permit | undefined, soon: Schedule['soon'], leave: () => void): Promise<void> {
  if (permit === undefined) return
  await soon('release', () => {
    leave()
    permit.release()
  })
  await soon('second release', permit.release)
}

describe('a bulkhead, in whatever order things happen', () => {
  it('lets in as many as it may, in the order in which they came, and is empty in the end', async () => {
    await exploreSchedules(
      async schedule => {
        const { clock, soon, run } = schedule
        const slots = bulkhead({ clock, maxConcurrent: 2, maxQueued: 5, maxWaitMs: 400, reclaimMs: Infinity })
        const watching = watch(slots, 2)
        const { callers, started } = visit(slots, schedule, watching)
        for (const limit of [3, 1, 2]) void soon(`resize to ${limit}`, () => watching.resize(limit))

        await run()

        expect(watching.watched.faults).toEqual([])
        expect(callers.flatMap(({ complaints }) => complaints)).toEqual([])
        expect(watching.watched.admitted).toSatisfy(isAscending)
        expect(started).toSatisfy(isAscending)
        for (const [place, { outcome, calls, reason }] of callers.entries()) {
          if (outcome !== undefined && 'value' in outcome) expect([outcome.value, calls]).toEqual([place, 1])
          else if (outcome?.error !== reason) {
            expect([outcome?.error, calls]).toEqual([expect.any(BulkheadFullError), 0])
          }
        }
        expect([slots.active, slots.queued, clock.pendingTimers, unhandled]).toEqual([0, 0, 0, []])
      },
      { schedules: 300 },
    )
  })

  it('gives permits like slots, and takes each back once', async () => {
    await exploreSchedules(
      async schedule => {
        const { clock, soon, run } = schedule
        const slots = bulkhead({ clock, maxConcurrent: 2, maxQueued: Infinity, reclaimMs: Infinity })
        const watching = watch(slots, 2)
        const { watched, enter, leave } = watching
        const outcomes: unknown[] = []
        const reason = new Error('user left')
        const acquire = async (): Promise<void> => {
          const controller = new AbortController()
          void soon('abort of a permit', () => controller.abort(reason))
          try {
            const permit = await slots.acquire({ signal: controller.signal })
            enter()
            await hold(permit, soon, leave)
            outcomes.push('held')
          } catch (error) {
            outcomes.push(error)
          }
        }
        for (let count = 0; count < 3; count++) void soon('acquire', acquire)
        void soon('try to acquire', () => {
          const permit = slots.tryAcquire()
          if (permit !== undefined) enter()
          return hold(permit, soon, leave)
        })
        const { callers } = visit(slots, schedule, watching)

        await run()

        expect(watched.faults).toEqual([])
        expect(callers.flatMap(({ complaints }) => complaints)).toEqual([])
        expect(watched.admitted).toSatisfy(isAscending)
        expect(outcomes).toHaveLength(3)
        expect(outcomes.filter(outcome => outcome !== 'held' && outcome !== reason)).toEqual([])
        expect([slots.active, slots.queued, watched.held, unhandled]).toEqual([0, 0, 0, []])
      },
      { schedules: 300 },
    )
  })
})
