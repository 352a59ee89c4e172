import { countedClock } from '@holdfast/fixtures/counted-clock'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, scripted } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

/** How often the clock is read in a run that expires after 100 ms, and until its work has ended. */
async function readings(isHeard: boolean, timeoutMs: number | (() => number)): Promise<number[]> {
  const clock = countedClock()
  const policy = timeout({ clock, timeoutMs })
  if (isHeard) policy.subscribe(() => {})
  const work = scripted([rejects(new Error('late'), { afterMs: 300, isDeaf: true })], { clock })
  const beforeMs = clock.readings

  const rejection = rejectionOf(policy.run(call => work(call)))
  await clock.advance(100)
  await rejection
  const atLimit = clock.readings - beforeMs
  await clock.advance(200)

  return [atLimit, clock.readings - beforeMs - atLimit]
}

describe('a timeout that nobody listens to', () => {
  it('reads the clock for no event', async () => {
    // The operation reads it, too. A limit: when it begins, and when it has passed.
    expect(await readings(false, 100)).toEqual([3, 0])
    // One for each event, and one for how late the work was.
    expect(await readings(true, 100)).toEqual([4, 2])
  })

  it('reads no clock at all where there is no time left', async () => {
    expect(await readings(false, () => 0)).toEqual([0, 0])
    expect(await readings(true, () => 0)).toEqual([1, 0])
  })
})
