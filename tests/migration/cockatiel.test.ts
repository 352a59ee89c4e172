import * as cockatiel from 'cockatiel'
import { circuitBreaker, consecutiveFailures, constant, pipeline, retry, timeout } from 'holdfast'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atOnce, failing, hanging, settled } from './given.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('cockatiel and the policies', () => {
  test('count 2 as three calls, and as two', async () => {
    const [theirs, ours] = [failing(), failing()]

    const ends = [
      settled(cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2 }).execute(theirs)),
      settled(retry({ ...atOnce, maxAttempts: 2 }).run(ours)),
    ]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs, ours].map(({ mock }) => mock.calls.length)).toEqual([3, 2])
  })

  test('count attempts from 0, and from 1', async () => {
    const theirs = await cockatiel.retry(cockatiel.handleAll, {}).execute(({ attempt }) => attempt)
    const ours = await retry().run(({ attempt }) => attempt)

    expect([theirs, ours]).toEqual([0, 1])
  })

  test('abort the signal after the return, and do not', async () => {
    const theirs = await cockatiel.timeout(10, cockatiel.TimeoutStrategy.Aggressive).execute(({ signal }) => signal)
    const ours = await timeout({ timeoutMs: 10 }).run(({ signal }) => signal)

    expect([theirs.aborted, ours.aborted]).toEqual([true, false])
  })

  test('wait out an abort during the backoff and call again, and end at once', async () => {
    const leaving = new AbortController()
    const [theirs, ours] = [failing(), failing()]
    const backoff = new cockatiel.ConstantBackoff(100)
    const ends = [
      settled(cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3, backoff }).execute(theirs, leaving.signal)),
      settled(retry({ backoff: constant({ delayMs: 100, jitter: 'none' }) }).run(ours, { signal: leaving.signal })),
    ]
    await vi.advanceTimersByTimeAsync(50)

    leaving.abort()
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs, ours].map(({ mock }) => mock.calls.length)).toEqual([2, 1])
  })

  test('repeat the rejection of an open circuit, and do not', async () => {
    const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 60_000,
      breaker: new cockatiel.ConsecutiveBreaker(1),
    })
    const retries = cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3 })
    const theirs: unknown[] = []
    retries.onRetry(event => theirs.push('error' in event && event.error))
    const ours = retry(atOnce)
    const scheduled: unknown[] = []
    ours.subscribe(({ type }) => scheduled.push(type))
    const isolated = circuitBreaker()
    isolated.isolate()
    breaker.isolate()

    const ends = [
      settled(cockatiel.wrap(retries, breaker).execute(hanging)),
      settled(pipeline(ours, isolated).run(hanging)),
    ]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs.length, scheduled.length]).toEqual([3, 0])
  })

  test('take Infinity as 1 ms, and as no limit', async () => {
    const answered: string[] = []
    const limit = cockatiel.timeout(Infinity, cockatiel.TimeoutStrategy.Aggressive)
    void settled(limit.execute(hanging)).then(() => answered.push('theirs'))
    void settled(timeout({ timeoutMs: Infinity }).run(hanging)).then(() => answered.push('ours'))

    await vi.advanceTimersByTimeAsync(1)

    expect(answered).toEqual(['theirs'])
  })

  test('let calls beyond the probe wait, and reject them', async () => {
    const theirs = cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 0,
      breaker: new cockatiel.ConsecutiveBreaker(1),
    })
    const ours = circuitBreaker({ openMs: 0, trip: consecutiveFailures(1) })
    await Promise.all([settled(theirs.execute(failing())), settled(ours.run(failing()))])
    void settled(theirs.execute(hanging))
    void settled(ours.run(hanging))
    const answered: string[] = []

    void settled(theirs.execute(() => 'in')).then(() => answered.push('theirs'))
    void settled(ours.run(() => 'in')).then(() => answered.push('ours'))
    await vi.advanceTimersByTimeAsync(1_000)

    expect(answered).toEqual(['ours'])
  })

  test('name a policy that does nothing', async () => {
    expect(await Promise.all([cockatiel.noop.execute(() => 'in'), pipeline().run(() => 'in')])).toEqual(['in', 'in'])
  })

  test('tell of a timeout when the caller aborts, and do not', async () => {
    const leaving = new AbortController()
    const theirs = cockatiel.timeout(10, cockatiel.TimeoutStrategy.Aggressive)
    const ours = timeout({ timeoutMs: 10 })
    const told: string[] = []
    theirs.onTimeout(() => told.push('theirs'))
    ours.subscribe(() => told.push('ours'))
    const ends = [
      settled(theirs.execute(hanging, leaving.signal)),
      settled(ours.run(hanging, { signal: leaving.signal })),
    ]

    leaving.abort(new Error('left'))
    const errors = await Promise.all(ends)

    expect(told).toEqual(['theirs'])
    expect(errors.map(String)).toEqual(['Error: Operation timed out after 10ms', 'Error: left'])
  })
})
