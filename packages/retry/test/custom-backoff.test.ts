import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type Backoff, type BackoffFacts, retry } from '@holdfast/retry'
import { record, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { callTimes, errors, failing } from './failures.ts'

describe('a backoff of the user', () => {
  it('says how long to wait before each attempt', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(2), 'product')

    const answer = retry({ clock, backoff: ({ attempt }) => attempt * 7 }).run(operation)
    await clock.runAll()
    await answer

    expect(callTimes(operation)).toEqual([0, 7, 21])
  })

  it('is told the attempt, the wait before, the error and the call', async () => {
    const clock = virtualClock()
    const told: BackoffFacts[] = []
    const failures = errors(2)
    const context = { tenant: 'north' }

    const answer = retry({
      clock,
      random: () => 0.25,
      backoff: facts => {
        told.push(facts)
        return 40
      },
    }).run(failing(clock, failures, 'product'), { context })
    await clock.runAll()
    await answer

    expect(told.map(({ attempt, previousMs, error }) => ({ attempt, previousMs, error }))).toEqual([
      { attempt: 1, previousMs: undefined, error: failures[0] },
      { attempt: 2, previousMs: 40, error: failures[1] },
    ])
    expect(told.map(({ call }) => call.context)).toEqual([context, context])
    expect(told.map(({ random }) => random())).toEqual([0.25, 0.25])
  })

  it('is told no error where a result was judged a failure', async () => {
    const clock = virtualClock()
    const told: unknown[] = []
    const operation = scripted([resolves('stale'), resolves('fresh')], { clock })

    const answer = retry({
      clock,
      handlesResult: result => result === 'stale',
      backoff: ({ error }) => {
        told.push(error)
        return 40
      },
    }).run(operation)
    await clock.runAll()
    await answer

    expect(told).toEqual([undefined])
  })

  it.each([
    [-1, RangeError, '-1'],
    [Number.NaN, RangeError, 'NaN'],
    ['100', TypeError, '"100"'],
    [undefined, TypeError, 'undefined'],
    [Promise.resolve(100), TypeError, 'an object'],
  ])('that says %s rejects the run', async (said, ErrorClass, shown) => {
    const clock = virtualClock()
    const message = `orders: backoff must say a number of milliseconds, at least 0, got ${shown}`
    const policy = retry({ clock, name: 'orders', backoff: (() => said) as Backoff })

    const rejection = await rejectionOf(policy.run(failing(clock, errors(1))))

    expect(rejection).toEqual(new ErrorClass(message))
    expect(clock.pendingTimers).toBe(0)
  })

  it('that throws rejects the run with what it threw', async () => {
    const clock = virtualClock()
    const fault = new Error('fault of the backoff')
    const throwing: Backoff = () => {
      throw fault
    }

    const rejection = await rejectionOf(retry({ clock, backoff: throwing }).run(failing(clock, errors(1))))

    expect(rejection).toBe(fault)
  })

  it.each([2 ** 31, Infinity])(
    'that says %s ms, more than a timer holds, ends the run: it does not fire at once',
    async said => {
      const clock = virtualClock()
      const [error] = errors(1)
      const policy = retry({ clock, backoff: () => said })
      const recording = record(policy)

      const rejection = await rejectionOf(policy.run(failing(clock, [error])))

      expect(rejection).toBe(error)
      expect(recording.of('retry.exhausted').map(({ stopped }) => stopped)).toEqual(['deadline'])
      expect(clock.pendingTimers).toBe(0)
    },
  )

  it('may say as much as a timer holds', async () => {
    const clock = virtualClock()
    const operation = scripted([rejects(new Error('reset')), resolves('at last')], { clock })

    const answer = retry({ clock, backoff: () => 2 ** 31 - 1 }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('at last')
    expect(callTimes(operation)).toEqual([0, 2 ** 31 - 1])
  })
})
