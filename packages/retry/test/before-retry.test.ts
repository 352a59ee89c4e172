import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, type FailedAttempt, retry } from '@holdfast/retry'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { callTimes, errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('beforeRetry', () => {
  it('is awaited after the delay, before the next attempt', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(1), 'product')
    const beganAtMs: number[] = []
    const startMs = clock.nowMs()

    const answer = retry({
      clock,
      backoff,
      beforeRetry: () => {
        beganAtMs.push(clock.nowMs() - startMs)
        return new Promise(resolve => {
          clock.setTimeout(() => resolve(undefined), 30)
        })
      },
    }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
    expect(beganAtMs).toEqual([100])
    expect(callTimes(operation)).toEqual([0, 130])
  })

  it('is not called before the first attempt or after the last', async () => {
    const clock = virtualClock()
    let calls = 0

    const rejection = rejectionOf(
      retry({ clock, backoff, maxAttempts: 3, beforeRetry: () => calls++ }).run(failing(clock, errors(3))),
    )
    await clock.runAll()

    await rejection
    expect(calls).toBe(2)
  })

  it('is told the error, the number of the attempt that failed and the call', async () => {
    const clock = virtualClock()
    const told: FailedAttempt[] = []
    const failures = errors(2)
    const context = { tenant: 'north' }

    const answer = retry({ clock, backoff, beforeRetry: failed => told.push(failed) }).run(
      failing(clock, failures, 'product'),
      { context },
    )
    await clock.runAll()
    await answer

    expect(told.map(({ error, result, attempt }) => ({ error, result, attempt }))).toEqual([
      { error: failures[0], result: undefined, attempt: 1 },
      { error: failures[1], result: undefined, attempt: 2 },
    ])
    expect(told.map(({ call }) => call.context)).toEqual([context, context])
  })

  it('is told the result that was judged a failure', async () => {
    const clock = virtualClock()
    const told: FailedAttempt[] = []
    const operation = scripted([resolves('stale'), resolves('fresh')], { clock })

    const answer = retry({
      clock,
      backoff,
      handlesResult: result => result === 'stale',
      beforeRetry: failed => told.push(failed),
    }).run(operation)
    await clock.runAll()
    await answer

    expect(told.map(({ error, result }) => ({ error, result }))).toEqual([{ error: undefined, result: 'stale' }])
  })

  it('that throws ends the run with what it threw', async () => {
    const clock = virtualClock()
    const fault = new Error('no token')
    const operation = failing(clock, errors(1))
    const policy = retry({
      clock,
      backoff,
      beforeRetry: () => {
        throw fault
      },
    })

    const rejection = rejectionOf(policy.run(operation))
    await clock.runAll()

    expect(await rejection).toBe(fault)
    expect(operation.calls).toHaveLength(1)
  })

  it('that rejects ends the run with what it rejected with', async () => {
    const clock = virtualClock()
    const fault = new Error('no token')
    const operation = failing(clock, errors(1))

    const rejection = rejectionOf(retry({ clock, backoff, beforeRetry: () => Promise.reject(fault) }).run(operation))
    await clock.runAll()

    expect(await rejection).toBe(fault)
    expect(operation.calls).toHaveLength(1)
  })

  it('that throws synchronously on the last wait leaves no timer', async () => {
    const clock = virtualClock()
    const policy = retry({
      clock,
      backoff,
      beforeRetry: ({ attempt }) => {
        if (attempt === 2) throw new Error('no token')
      },
    })

    const rejection = rejectionOf(policy.run(failing(clock, errors(2)), { timeoutMs: 60_000 }))
    await clock.advance(200)

    await rejection
    expect(clock.pendingTimers).toBe(0)
  })

  it('may change its mind about nothing: what it returns does not matter', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(1), 'product')

    const answer = retry({ clock, backoff, beforeRetry: () => false }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
  })

  it('does not hold up the answer when the caller aborts meanwhile, and the operation is not called again', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('user left')
    const operation = failing(clock, errors(1))
    const ends: (() => void)[] = []
    const policy = retry({
      clock,
      backoff,
      beforeRetry: () =>
        new Promise<void>(resolve => {
          ends.push(resolve)
        }),
    })

    const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
    await clock.advance(100)
    controller.abort(reason)
    const rejectedWith = await rejection
    ends[0]?.()
    await clock.settle()

    expect(rejectedWith).toBe(reason)
    expect(operation.calls).toHaveLength(1)
  })

  it('ends with the limit of the run when it hangs', async () => {
    const clock = virtualClock()
    const operation = failing(clock, errors(1))
    const policy = retry({ clock, backoff, beforeRetry: () => new Promise(() => {}) })

    const rejection = rejectionOf(policy.run(operation, { timeoutMs: 500 }))
    await clock.advance(500)

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 500 })
    expect(operation.calls).toHaveLength(1)
  })

  it('comes after the event that tells of the wait', async () => {
    const clock = virtualClock()
    const order: string[] = []
    const policy = retry({ clock, backoff, beforeRetry: () => order.push('beforeRetry') })
    policy.subscribe(({ type }) => order.push(type))
    const operation = scripted([rejects(new Error('reset')), resolves('product')], { clock })

    const answer = policy.run(call => {
      order.push('operation')
      return operation(call)
    })
    await clock.runAll()
    await answer

    expect(order).toEqual(['operation', 'retry.scheduled', 'beforeRetry', 'operation', 'retry.succeeded'])
  })
})
