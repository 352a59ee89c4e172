import { type Policy, pipeline } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry } from '@holdfast/retry'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

const backoff = constant({ delayMs: 100, jitter: 'none' })

async function fetchProduct(): Promise<never> {
  await Promise.resolve()
  throw new Error('reset')
}

async function checkout(policy: Policy, options: object): Promise<unknown> {
  const product = await policy.run(async () => await fetchProduct(), options)
  return product
}

async function traceOf(policy: Policy, clock: VirtualClock, options: object = {}): Promise<string | undefined> {
  const rejection = rejectionOf(checkout(policy, options))
  await clock.runAll()
  return ((await rejection) as Error).stack
}

describe('the stack trace of an error thrown after an await', () => {
  it.each([1, 2, 3])('names the caller of run on attempt %i', async maxAttempts => {
    const clock = virtualClock()

    const trace = await traceOf(retry({ clock, backoff, maxAttempts }), clock)

    expect(trace).toMatch(/at (async )?checkout /)
  })

  it('names the caller of run through two retries', async () => {
    const clock = virtualClock()
    const twice = { clock, backoff, maxAttempts: 2 }

    const trace = await traceOf(pipeline(retry(twice), retry(twice)), clock)

    expect(trace).toMatch(/at (async )?checkout /)
  })

  it('names the caller of run that can be aborted', async () => {
    const clock = virtualClock()
    const { signal } = new AbortController()

    const trace = await traceOf(retry({ clock, backoff, maxAttempts: 2 }), clock, { signal })

    expect(trace).toMatch(/at (async )?checkout /)
  })

  it('names the caller of run where results are judged', async () => {
    const clock = virtualClock()

    const trace = await traceOf(retry({ clock, backoff, maxAttempts: 2, handlesResult: () => false }), clock)

    expect(trace).toMatch(/at (async )?checkout /)
  })

  it('names the caller of run after beforeRetry', async () => {
    const clock = virtualClock()
    const policy = retry({ clock, backoff, maxAttempts: 2, beforeRetry: () => Promise.resolve() })

    expect(await traceOf(policy, clock)).toMatch(/at (async )?checkout /)
  })
})
