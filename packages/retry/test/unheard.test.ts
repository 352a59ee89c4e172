import { countedClock } from '@holdfast/fixtures/counted-clock'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry, retryBudget } from '@holdfast/retry'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

/** How often the clock is read in a run of two attempts that fail. */
async function readings(isHeard: boolean, budget: false | undefined): Promise<number> {
  const clock = countedClock()
  const policy = retry({ clock, backoff, maxAttempts: 2, budget })
  if (isHeard) policy.subscribe(() => {})

  const rejection = rejectionOf(policy.run(() => Promise.reject(new Error('reset'))))
  await clock.runAll()
  await rejection

  return clock.readings
}

describe('a retry that nobody listens to', () => {
  it('reads the clock for its decisions, and for no event', async () => {
    // Whether the wait would reach the deadline; besides, for retry.scheduled and retry.exhausted.
    expect([await readings(false, false), await readings(true, false)]).toEqual([1, 3])
  })
})

describe('a retry budget', () => {
  it('reads the clock at the begin and at the end of batches, which grow while calls come fast', () => {
    const clock = countedClock()
    const budget = retryBudget()
    const read = [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_024].map(calls => {
      const before = clock.readings
      for (let call = 0; call < calls; call++) budget.deposit(clock)
      return clock.readings - before
    })

    expect(read).toEqual(read.map(() => 2))
  })

  it('makes batches of half the size when one has taken more than 100 ms', async () => {
    const clock = countedClock()
    const budget = retryBudget()
    for (let call = 0; call < 1 + 1 + 2 + 4 + 8; call++) budget.deposit(clock)
    const before = clock.readings
    const readAfter = (calls: number): number => {
      for (let call = 0; call < calls; call++) budget.deposit(clock)
      return clock.readings - before
    }

    const read = [readAfter(15)]
    await clock.advance(101)
    read.push(readAfter(1), readAfter(8), readAfter(16))

    expect(read).toEqual([1, 2, 4, 6])
  })

  it('makes larger batches when one has taken 100 ms', async () => {
    const clock = countedClock()
    const budget = retryBudget()
    budget.deposit(clock)
    budget.deposit(clock)
    budget.deposit(clock)
    await clock.advance(100)
    budget.deposit(clock)
    const before = clock.readings

    for (let call = 0; call < 4; call++) budget.deposit(clock)

    expect(clock.readings - before).toBe(2)
  })

  it('makes batches of one where calls come slowly', async () => {
    const clock = countedClock()
    const budget = retryBudget()
    const read: number[] = []
    for (let call = 0; call < 3; call++) {
      await clock.advance(200)
      const before = clock.readings
      budget.deposit(clock)
      read.push(clock.readings - before)
    }

    expect(read).toEqual([2, 2, 2])
  })
})
