import { pipeline } from '@holdfast/core'
import { fallback } from '@holdfast/fallback'
import { constant, retry, retryBudget } from '@holdfast/retry'
import { hangs, rejects, resolves, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { eventsOf, speaker, started, succeeded } from './events-of.ts'
import { traced } from './traced.ts'

const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
const backoff = constant({ delayMs: 250, jitter: 'none' })

const failed = (attempt: number): unknown => [
  'attempt.settled',
  { 'holdfast.attempt': attempt, 'holdfast.outcome': 'error', 'error.type': 'ECONNRESET' },
]

describe('the events of a span', () => {
  it('tell of attempts and of the waits between them', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policy = retry({ name: 'again', backoff, budget: false, clock })

    const events = await eventsOf(spans, policy, clock, [rejects(reset), resolves('fresh')])

    const again = speaker('retry', 'again')
    expect(events).toEqual([
      started(1),
      failed(1),
      [
        'retry.scheduled',
        { ...again, 'holdfast.attempt': 1, 'holdfast.retry.delay': 0.25, 'error.type': 'ECONNRESET' },
      ],
      started(2),
      succeeded(2),
      ['retry.succeeded', { ...again, 'holdfast.attempts': 2 }],
    ])
  })

  it('tell why retries end', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policies = [
      retry({ name: 'attempts', maxAttempts: 1, budget: false, clock }),
      pipeline.named('deadline', timeout({ timeoutMs: 100, clock }), retry({ backoff, budget: false, clock })),
      retry({ name: 'budget', budget: retryBudget({ ratio: 0, minPerSecond: 0 }), clock }),
    ]

    const last: unknown[] = []
    for (const policy of policies) last.push((await eventsOf(spans, policy, clock, [rejects(reset)]))?.at(-1))

    expect(last).toMatchObject([
      ['retry.exhausted', { 'holdfast.retry.result': 'attempts', 'holdfast.attempts': 1, 'error.type': 'ECONNRESET' }],
      ['retry.exhausted', { 'holdfast.retry.result': 'deadline', 'holdfast.attempts': 1, 'error.type': 'ECONNRESET' }],
      [
        'retry.budgetExhausted',
        { 'holdfast.retry.result': 'budget', 'holdfast.attempts': 1, 'error.type': 'ECONNRESET' },
      ],
    ])
  })

  it('tell of a limit that passed, in seconds, and of the failure that a fallback answered', async () => {
    const clock = virtualClock()
    const spans = traced()
    const policy = pipeline.named(
      'both',
      fallback({ name: 'stale', to: () => 'stale', clock }),
      timeout({ name: 'limit', timeoutMs: 800, clock }),
    )

    const events = await eventsOf(spans, policy, clock, [hangs()])

    expect(events?.filter(([name]) => !name.startsWith('attempt.'))).toEqual([
      ['timeout.expired', { ...speaker('timeout', 'limit'), 'holdfast.timeout.limit': 0.8 }],
      ['fallback.used', { ...speaker('fallback', 'stale'), 'error.type': 'ERR_HOLDFAST_TIMEOUT' }],
    ])
  })

  it('tell of work that ends late, while its call goes on', async () => {
    const clock = virtualClock()
    const spans = traced()
    const limit = timeout({ name: 'limit', timeoutMs: 800, clock })
    const policy = pipeline.named('late', retry({ backoff, budget: false, clock }), limit)
    const deaf = { afterMs: 1_000, isDeaf: true }

    const events = await eventsOf(spans, policy, clock, [
      resolves('late', deaf),
      rejects(reset, deaf),
      resolves('fresh', { afterMs: 700 }),
    ])

    const late = { ...speaker('timeout', 'limit'), 'holdfast.timeout.late': 0.2 }
    expect(events?.filter(([name]) => name === 'timeout.settledLate')).toEqual([
      ['timeout.settledLate', { ...late, 'holdfast.outcome': 'value' }],
      ['timeout.settledLate', { ...late, 'holdfast.outcome': 'error', 'error.type': 'ECONNRESET' }],
    ])
  })

  it('tell of a fallback that failed, too', async () => {
    const clock = virtualClock()
    const to = (): never => {
      throw new RangeError('no cache')
    }

    const events = await eventsOf(traced(), fallback({ name: 'stale', to, clock }), clock, [rejects(reset)])

    expect(events?.at(-1)).toEqual(['fallback.failed', { ...speaker('fallback', 'stale'), 'error.type': 'ECONNRESET' }])
  })
})
