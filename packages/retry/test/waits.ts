import { type Backoff, retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { callTimes, errors, failing } from './failures.ts'

/** The first five waits of a retry with this backoff, when all lots are `drawn`. */
export async function waits(backoff: Backoff, drawn: number): Promise<number[]> {
  const clock = virtualClock()
  const operation = failing(clock, errors(5), 'product')
  const answer = retry({ clock, backoff, maxAttempts: 6, random: () => drawn }).run(operation)
  await clock.runAll()
  await answer
  const times = callTimes(operation)
  return times.slice(1).map((time, index) => time - (times[index] as number))
}
