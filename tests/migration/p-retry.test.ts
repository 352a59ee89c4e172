import { permanent, retry } from 'holdfast'
import pRetry, { AbortError } from 'p-retry'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atOnce, deferred, failing, hanging, settled } from './given.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('p-retry and retry', () => {
  test('count 10 retries and 3 attempts by default', async () => {
    const [theirs, ours] = [failing(), failing()]

    const ends = [settled(pRetry(theirs)), settled(retry().run(ours))]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs, ours].map(({ mock }) => mock.calls.length)).toEqual([11, 3])
  })

  test('wait 1 s and 2 s, and 100 ms and 200 ms, at most, by default', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999_999)
    const delaysMs: number[] = []
    const policy = retry()
    policy.subscribe(event => event.type === 'retry.scheduled' && delaysMs.push(Math.round(event.delayMs)))
    const theirs: number[] = []

    const ends = [
      settled(pRetry(failing(), { retries: 2, onFailedAttempt: ({ retryDelay }) => void theirs.push(retryDelay) })),
      settled(policy.run(failing())),
    ]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect(theirs).toEqual([1_000, 2_000, 0])
    expect(delaysMs).toEqual([100, 200])
  })

  test('end at a TypeError, and do not', async () => {
    const [theirs, ours] = [
      vi.fn(() => Promise.reject(new TypeError('bug'))),
      vi.fn(() => Promise.reject(new TypeError('bug'))),
    ]

    const ends = [settled(pRetry(theirs)), settled(retry(atOnce).run(ours))]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs, ours].map(({ mock }) => mock.calls.length)).toEqual([1, 3])
  })

  test('wrap what is no error, and hand it on', async () => {
    const throwsText = (): never => {
      // oxlint-disable-next-line typescript/only-throw-error -- that is what the test is about
      throw 'text'
    }
    const ends = Promise.all([settled(pRetry(throwsText)), settled(retry(atOnce).run(throwsText))])
    await vi.runAllTimersAsync()
    const [theirs, ours] = await ends

    expect(theirs).toBeInstanceOf(TypeError)
    expect(ours).toBe('text')
  })

  test('answer an abort when the attempt has settled, and at once', async () => {
    const leaving = new AbortController()
    const answered: string[] = []
    const { promise, resolve } = deferred()
    const ends = [
      settled(pRetry(() => promise, { signal: leaving.signal })).then(() => answered.push('theirs')),
      settled(retry().run(() => promise, { signal: leaving.signal })).then(() => answered.push('ours')),
    ]

    leaving.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(answered).toEqual(['ours'])

    resolve('late')
    await Promise.all(ends)
    expect(answered).toEqual(['ours', 'theirs'])
  })

  test('repeat what an inner retry was told not to, and do not', async () => {
    const [theirs, ours] = [
      vi.fn(() => Promise.reject(new AbortError('no'))),
      vi.fn(() => Promise.reject(permanent(new Error('no')))),
    ]

    const ends = [
      settled(pRetry(() => pRetry(theirs), { retries: 2 })),
      settled(retry(atOnce).run(() => retry(atOnce).run(ours))),
    ]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs, ours].map(({ mock }) => mock.calls.length)).toEqual([3, 1])
  })

  test('ask after the last attempt never, and always', async () => {
    const [theirs, ours] = [vi.fn(() => true), vi.fn(() => true)]

    const ends = [
      settled(pRetry(failing(), { retries: 1, shouldRetry: theirs })),
      settled(retry({ ...atOnce, maxAttempts: 2, handles: ours }).run(failing())),
    ]
    await vi.runAllTimersAsync()
    await Promise.all(ends)

    expect([theirs, ours].map(({ mock }) => mock.calls.length)).toEqual([1, 2])
  })

  test('let an attempt run on after the limit, and end it', async () => {
    const answered: string[] = []
    void settled(pRetry(hanging, { maxRetryTime: 100 })).then(() => answered.push('theirs'))
    void settled(retry().run(hanging, { timeoutMs: 100 })).then(() => answered.push('ours'))

    await vi.advanceTimersByTimeAsync(1_000)

    expect(answered).toEqual(['ours'])
  })
})
