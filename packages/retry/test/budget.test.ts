import type { Call } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, permanent, type RetryBudget, type RetryOptions, retry, retryBudget } from '@holdfast/retry'
import { record, rejects, scripted, type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

/** Starts `runs` at once that all fail; says how often the operation was called. */
async function storm(clock: VirtualClock, runs: number, options: RetryOptions): Promise<number> {
  const policy = retry({ clock, backoff, maxAttempts: 2, ...options })
  const operations = Array.from({ length: runs }, () => failing(clock, errors(2)))
  const ends = operations.map(operation => rejectionOf(policy.run(operation)))
  await clock.advance(100)
  await Promise.all(ends)
  return operations.reduce((sum, { calls }) => sum + calls.length, 0)
}

describe('the budget of a retry', () => {
  it('grants one retry for five calls and ten each second, of its own, by default', async () => {
    const clock = virtualClock()

    expect(await storm(clock, 200, {})).toBe(200 + 40 + 100)
    expect(await storm(clock, 200, {})).toBe(200 + 40 + 100)
  })

  it('tells how many retries it would grant now', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, maxAttempts: 2, budget: retryBudget({ ratio: 0, minPerSecond: 1 }) })
    expect(policy.budgetRemaining).toBe(10)

    const run = rejectionOf(policy.run(failing(clock, errors(2))))
    await clock.advance(100)
    await run

    expect(policy.budgetRemaining).toBe(9)
    expect(retry({ clock, budget: false }).budgetRemaining).toBe(Infinity)
  })

  it('bounds nothing where it is false', async () => {
    expect(await storm(virtualClock(), 200, { budget: false })).toBe(400)
  })

  it('grants a share of the calls', async () => {
    const budget = retryBudget({ ratio: 0.5, minPerSecond: 0 })

    expect(await storm(virtualClock(), 100, { budget })).toBe(150)
  })

  it('grants retries each second whatever the number of calls', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1 })

    expect(await storm(virtualClock(), 100, { budget })).toBe(101)
  })

  it('grants nothing where both shares are 0', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0 })

    expect(await storm(virtualClock(), 10, { budget })).toBe(10)
  })

  it('is shared by the retries that it is given to', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1 })

    const [reads, writes] = [await storm(clock, 10, { budget }), await storm(clock, 10, { budget })]

    expect([reads, writes]).toEqual([11, 10])
    expect(budget.remaining(clock)).toBe(0)
  })

  it('forgets retries after eleven seconds', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1 })

    await storm(clock, 10, { budget })
    await clock.advance(11_000)

    expect(budget.remaining(clock)).toBe(1)
  })

  it('still counts retries of up to ten seconds ago', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1 })

    await storm(clock, 10, { budget })
    await clock.advance(10_000)

    expect(budget.remaining(clock)).toBe(0)
  })

  it('counts runs, not attempts', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0.5, minPerSecond: 0 })
    const policy = retry({ clock, backoff, budget, maxAttempts: 10 })

    const ends = [1, 2, 3, 4].map(() => rejectionOf(policy.run(failing(clock, errors(3)))))
    await clock.runAll()
    await Promise.all(ends)

    expect(budget.remaining(clock)).toBe(0)
  })

  it('does not let calls of long ago pay for retries of now', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0.2, minPerSecond: 0 })
    const policy = retry({ clock, backoff, budget })

    for (let call = 0; call < 50; call++) await policy.run(() => 'product')
    await clock.advance(60_000)

    expect(budget.remaining(clock)).toBe(0)
  })

  it('lets nobody pay for a run that makes no retry', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1 })
    const policy = retry({ clock, backoff, budget, maxAttempts: 1 })

    await rejectionOf(policy.run(failing(clock, errors(1))))
    await rejectionOf(retry({ clock, budget }).run(failing(clock, [permanent(new Error('no such product'))])))

    expect(budget.remaining(clock)).toBe(1)
  })

  it('pays for no retry of a run that was aborted', async () => {
    const clock = virtualClock()
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1 })
    const controller = new AbortController()
    const operation = scripted([rejects(new Error('late'), { afterMs: 50, isDeaf: true })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff, budget }).run(operation, { signal: controller.signal }))
    controller.abort()
    await clock.runAll()
    await rejection

    expect(budget.remaining(clock)).toBe(1)
  })

  it('ends the retries, when it is empty, with the last error and an event that says so', async () => {
    const clock = virtualClock()
    const [error] = errors(1)
    const policy = retry({ clock, backoff, budget: retryBudget({ ratio: 0, minPerSecond: 0 }) })
    const recording = record(policy)

    const rejection = await rejectionOf(policy.run(scripted([rejects(error)], { clock })))

    expect(rejection).toBe(error)
    expect(recording.types).toEqual(['retry.budgetExhausted'])
    expect(recording.of('retry.budgetExhausted')[0]).toMatchObject({ attempts: 1, attempt: 1, error, isResult: false })
  })

  it('may be written by the user', async () => {
    const granted = [true, false]
    const budget: RetryBudget = { remaining: () => 0, deposit: () => {}, withdraw: () => granted.shift() ?? false }
    const clock = virtualClock()
    const operation = failing(clock, errors(2))

    const rejection = rejectionOf(retry({ clock, backoff, budget }).run(operation))
    await clock.runAll()

    await rejection
    expect(operation.calls).toHaveLength(2)
  })

  it('is told the call, so that one of your own may keep tenants apart', async () => {
    const told: unknown[] = []
    const tell = (what: string, call: Call | undefined): void => void told.push([what, call?.context])
    const budget: RetryBudget = {
      remaining: () => 1,
      deposit: (_, call) => tell('deposit', call),
      withdraw: (_, call) => {
        tell('withdraw', call)
        return true
      },
    }
    const clock = virtualClock()
    const context = { tenant: 'north' }

    const answer = retry({ clock, backoff, budget }).run(failing(clock, errors(1), 'product'), { context })
    await clock.runAll()

    await answer
    expect(told).toEqual([
      ['deposit', context],
      ['withdraw', context],
    ])
  })
})

describe('options of retryBudget', () => {
  const share = 'a finite number of at least 0'

  it.each([
    [{ ratio: -0.1 }, new RangeError(`retryBudget: ratio must be ${share}, got -0.1`)],
    [{ ratio: Number.NaN }, new RangeError(`retryBudget: ratio must be ${share}, got NaN`)],
    [{ ratio: Infinity }, new RangeError(`retryBudget: ratio must be ${share}, got Infinity`)],
    [{ minPerSecond: -1 }, new RangeError(`retryBudget: minPerSecond must be ${share}, got -1`)],
    [{ minPerSecond: '1' }, new TypeError(`retryBudget: minPerSecond must be ${share}, got "1"`)],
    [{ ratio: null }, new TypeError(`retryBudget: ratio must be ${share}, got null`)],
    [{ min: 1 }, new TypeError('retryBudget: unknown option "min", expected one of ratio, minPerSecond')],
  ])('throw when they make no sense: %o', (options, error) => {
    expect(() => retryBudget(options as object)).toThrow(error)
  })

  it('may be left out', () => {
    expect(retryBudget().remaining(virtualClock())).toBe(100)
  })
})
