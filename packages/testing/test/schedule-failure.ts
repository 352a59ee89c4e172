import { type ExploreOptions, exploreSchedules, type Schedule } from '@holdfast/testing'

/** What the exploration of a scenario that must fail rejects with. */
export async function failureOf(
  scenario: (schedule: Schedule) => unknown,
  options: ExploreOptions = { seed: 17 },
): Promise<Error> {
  try {
    await exploreSchedules(scenario, options)
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a schedule that fails')
}
