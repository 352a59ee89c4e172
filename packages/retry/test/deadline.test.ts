import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { record, rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { callTimes, errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 300, jitter: 'none' })

describe('retry', () => {
  it('rejects now, with the last error, where the backoff would end at the deadline', async () => {
    const clock = virtualClock()
    const [error] = errors(1)
    const operation = failing(clock, [error])

    const rejection = await rejectionOf(retry({ clock, backoff }).run(operation, { timeoutMs: 300 }))

    expect(rejection).toBe(error)
    expect(clock.pendingTimers).toBe(0)
  })

  it('rejects now, with the last error, where the backoff would end after the deadline', async () => {
    const clock = virtualClock()
    const failures = errors(2)
    const operation = failing(clock, failures)

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { timeoutMs: 500 }))
    await clock.advance(300)

    expect(await rejection).toBe(failures[1])
    expect(callTimes(operation)).toEqual([0, 300])
    expect(clock.pendingTimers).toBe(0)
  })

  it('waits where the backoff ends before the deadline', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(1), 'product')

    const answer = retry({ clock, backoff }).run(operation, { timeoutMs: 301 })
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(callTimes(operation)).toEqual([0, 300])
  })

  it('is cut short by the deadline in the middle of an attempt', async () => {
    const clock = virtualClock()
    const operation = scripted([rejects(new Error('reset')), rejects(new Error('late'), { afterMs: 600 })], { clock })

    const rejection = rejectionOf(retry({ clock, backoff }).run(operation, { timeoutMs: 500 }))
    await clock.advance(500)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', policy: 'retry', timeoutMs: 500 })
    expect(operation.running).toBe(0)
  })

  it('tells that it stopped for the deadline', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff })
    const recording = record(policy)

    await rejectionOf(policy.run(failing(clock, errors(1)), { timeoutMs: 300 }))

    expect(recording.of('retry.exhausted').map(({ attempts, stopped }) => ({ attempts, stopped }))).toEqual([
      { attempts: 1, stopped: 'deadline' },
    ])
  })

  it('takes nothing from the budget for a retry that the deadline forbids', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, maxAttempts: 2 })
    const recording = record(policy)

    for (let run = 0; run < 200; run++) await rejectionOf(policy.run(failing(clock, errors(1)), { timeoutMs: 300 }))

    expect(new Set(recording.types)).toEqual(new Set(['retry.exhausted']))
  })

  it('has no deadline where timeoutMs is Infinity', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(1), 'product')

    const answer = retry({ clock, backoff }).run(operation, { timeoutMs: Infinity })
    await clock.runAll()

    expect(await answer).toBe('product')
  })
})
