import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, type RetryOptions, retry, retryBudget } from '@holdfast/retry'
import { type RecordedOperation, rejects, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })
const reset = rejects(new Error('reset'))

/** Starts `runs` at once that all fail each time; says how often each operation was called, in order of their start. */
async function storm(clock: VirtualClock, runs: number, options: RetryOptions): Promise<number[]> {
  const policy = retry({ clock, backoff, maxAttempts: 3, ...options })
  const operations: RecordedOperation<never>[] = []
  const ends: Promise<unknown>[] = []
  for (let run = 0; run < runs; run++) {
    const operation = scripted([reset, reset, reset], { clock })
    operations.push(operation)
    ends.push(rejectionOf(policy.run(operation)))
  }
  await clock.runAll()
  await Promise.all(ends)
  return operations.map(({ calls }) => calls.length)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

describe('traps of retry: the budget', () => {
  it('is not overshot by retries in parallel: they get exactly what there is', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.7 })

    const calls = await storm(virtualClock(), 1_000, { budget })

    expect(sum(calls)).toBe(1_000 + 7)
  })

  it('is not overshot by several retries that share it', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0.1, minPerSecond: 0 })

    const calls = await Promise.all([storm(clock, 500, { budget }), storm(clock, 500, { budget })])

    expect(sum(calls.flat())).toBe(1_000 + 100)
  })

  it('is taken by those who fail first, and not once more after a wait', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.5 })

    const calls = await storm(virtualClock(), 10, { budget })

    expect(calls).toEqual([2, 2, 2, 2, 2, 1, 1, 1, 1, 1])
  })

  it('is not refilled in full by a success, but by its share', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0.2, minPerSecond: 0 })
    const policy = retry({ clock, backoff, budget })

    await storm(clock, 100, { budget })
    const exhausted = budget.remaining(clock)
    const refilled: number[] = []
    for (let call = 0; call < 10; call++) {
      await policy.run(() => 'product')
      refilled.push(budget.remaining(clock))
    }

    expect(exhausted).toBe(0)
    expect(refilled).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
  })

  it('is refilled by a success after a retry no more than by any other', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 1, minPerSecond: 0 })
    const operation = scripted([reset, { ...reset, does: 'resolve' }], { clock })

    const answer = retry({ clock, backoff, budget }).run(operation)
    await clock.runAll()
    await answer

    expect(budget.remaining(clock)).toBe(0)
  })
})
