import { numeric, promised, type Rule, readOptions, show } from '@holdfast/core/kernel'
import { type Schedule, ScheduleRun } from './schedule.ts'
import { settle } from './virtual-clock.ts'

/** How many turns of the event loop a scenario may take in which nothing of its schedule happens. */
const PATIENCE = 10

/** Which schedules to explore. */
export interface ExploreOptions {
  /** How many schedules, an integer of at least 1. Each has a seed of its own. Default 200. */
  readonly schedules?: number | undefined
  /** The seed of the first schedule, an integer; the others follow, one by one. Default 1. */
  readonly firstSeed?: number | undefined
  /** The seed of the only schedule, an integer, whatever the other options say: to repeat a failure. Default: none. */
  readonly seed?: number | undefined
}

/**
 * Finds races: plays a scenario many times, each time in another order. A seed draws when ready work, timers and
 * aborts run, and how many microtasks lie between them, so that an abort may come between the hand-over of a slot and
 * the begin of the work. Where the scenario waits, its schedule goes on by itself. The same seed is the same schedule,
 * as long as the scenario draws nothing by `Math.random` and waits for nothing but its schedule.
 *
 * Rejects when the scenario throws, rejects, or waits for what never comes: with an `Error` that tells the seed and what
 * ran, in order, the error of the scenario being its `cause`. Rejects with a `TypeError` or `RangeError` for arguments
 * that make no sense.
 *
 * @example
 * await exploreSchedules(async ({ clock, soon, run }) => {
 *   const slots = bulkhead({ clock, maxConcurrent: 1, maxQueued: 1 })
 *   const answers = Promise.all([slots.run(() => soon('one', () => 1)), slots.run(() => soon('two', () => 2))])
 *   await run()
 *   assert.deepEqual([await answers, slots.active], [[1, 2], 0])
 * })
 */
export async function exploreSchedules(
  scenario: (schedule: Schedule) => unknown,
  options?: ExploreOptions,
): Promise<void> {
  if (typeof scenario !== 'function') {
    throw new TypeError(`exploreSchedules: the scenario must be a function, got ${show(scenario)}`)
  }
  const { schedules, firstSeed, seed } = readOptions('exploreSchedules', options, rules)
  const first = seed ?? firstSeed
  const count = seed === undefined ? schedules : 1
  for (let index = 0; index < count; index++) await explore(scenario, first + index)
}

const rules = {
  schedules: numeric('an integer of at least 1', value => Number.isSafeInteger(value) && value >= 1, 200),
  firstSeed: numeric('an integer', Number.isSafeInteger, 1),
  seed: { ...numeric('an integer', Number.isSafeInteger), fallback: undefined } as Rule<number | undefined>,
}

async function explore(scenario: (schedule: Schedule) => unknown, seed: number): Promise<void> {
  const run = new ScheduleRun(seed)
  try {
    await play(scenario, run)
  } catch (error) {
    const problem = error instanceof Error ? error.message : show(error)
    const repeat = `repeat it with { seed: ${seed} }`
    throw new Error(`exploreSchedules: seed ${seed} fails: ${problem}\n${repeat}; ${run.trace.told}`, { cause: error })
  } finally {
    run.end()
  }
}

/** Ends as the scenario does. Where it waits without running its schedule, that is run for it. */
async function play(scenario: (schedule: Schedule) => unknown, run: ScheduleRun): Promise<void> {
  const scene = { isOver: false }
  const end = (): void => {
    scene.isOver = true
  }
  const outcome = promised(() => scenario(run.schedule))
  outcome.then(end, end)
  await settle()
  for (let turns = 0; !scene.isOver; turns++) {
    if (turns === PATIENCE) throw new Error('the scenario has not settled, and nothing is left that could run')
    if (run.hasWork) turns = 0
    // Of a failure, a scenario that runs its schedule itself hears itself.
    const failed = run.isRunning ? () => {} : undefined
    await run.run().catch(failed)
    await settle()
  }
  await outcome
}
