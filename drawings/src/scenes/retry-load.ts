import { seededRandom, virtualClock } from '@holdfast/testing'
import { retry } from 'holdfast'

export const SECONDS = 12
/** From the third second to the ninth the dependency fails. */
const DOWN_FROM = 3
const DOWN_UNTIL = 9
const CALLS_PER_SECOND = 100

/** Calls that reach the dependency, in each second. */
export async function retryLoad(hasBudget: boolean): Promise<number[]> {
  const clock = virtualClock()
  const startMs = clock.nowMs()
  const policy = retry({ clock, random: seededRandom(1), ...(!hasBudget && { budget: false }) })
  const load = Array.from({ length: SECONDS }, () => 0)
  const dependency = (): string => {
    const second = Math.floor((clock.nowMs() - startMs) / 1_000)
    load[second] = (load[second] ?? 0) + 1
    if (second >= DOWN_FROM && second < DOWN_UNTIL) throw new Error('down')
    return 'value'
  }
  for (let call = 0; call < SECONDS * CALLS_PER_SECOND; call++) {
    policy.run(dependency).catch(() => {})
    await clock.advance(1_000 / CALLS_PER_SECOND)
  }
  return load.slice(0, SECONDS)
}
