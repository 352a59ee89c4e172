import { AsyncLocalStorage } from 'node:async_hooks'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

const failedAttempt = ['begin', 'end', 'handles', 'backoff', 'delayFor', 'beforeRetry']

describe('retry', () => {
  it('calls every attempt and every callback in the async context of the caller', async () => {
    const clock = virtualClock()
    const requests = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const see = (where: string): unknown => seen.push([where, requests.getStore()])
    const policy = retry({
      clock,
      handles: () => Boolean(see('handles')),
      backoff: facts => {
        see('backoff')
        return backoff(facts)
      },
      delayFor: () => void see('delayFor'),
      beforeRetry: async () => {
        await Promise.resolve()
        see('beforeRetry')
      },
    })

    const answer = requests.run('request 1', () =>
      policy.run(async ({ attempt }) => {
        see('begin')
        await Promise.resolve()
        see('end')
        if (attempt < 3) throw new Error('reset')
        return 'product'
      }),
    )
    await requests.run('the test', () => clock.runAll())
    await answer

    expect(new Set(seen.map(entry => (entry as [string, string])[1]))).toEqual(new Set(['request 1']))
    expect(seen.map(entry => (entry as [string, string])[0])).toEqual([
      ...failedAttempt,
      ...failedAttempt,
      'begin',
      'end',
    ])
  })

  it('keeps the contexts of two callers apart', async () => {
    const clock = virtualClock()
    const requests = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const policy = retry({ clock, backoff, maxAttempts: 2 })
    const runFor = (request: string): Promise<unknown> =>
      requests.run(request, () =>
        rejectionOf(
          policy.run(({ attempt }) => {
            seen.push([request, attempt, requests.getStore()])
            throw new Error('reset')
          }),
        ),
      )

    const ends = [runFor('one'), runFor('other')]
    await clock.runAll()
    await Promise.all(ends)

    expect(seen).toEqual([
      ['one', 1, 'one'],
      ['other', 1, 'other'],
      ['one', 2, 'one'],
      ['other', 2, 'other'],
    ])
  })
})
