import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { succeed } from './brittle.ts'
import { recovering } from './recovering.ts'

describe('circuit breaker, half-open', () => {
  it('stays half-open after an ignored probe, and lets the next one decide', async () => {
    const clock = virtualClock()
    const ignored = new Error('not found')
    const breaker = await recovering(clock, {}, { ignores: ({ error }) => error === ignored })

    await rejectionOf(breaker.run(() => Promise.reject(ignored)))
    const between = breaker.state
    await succeed(breaker)

    expect([between, breaker.state]).toEqual(['halfOpen', 'closed'])
  })

  it('stays half-open after a probe that a layer inside rejects to protect', async () => {
    const clock = virtualClock()
    const breaker = await recovering(clock, {})
    const full = Object.assign(new Error('full'), { code: 'ERR_HOLDFAST_BULKHEAD_FULL' })

    await rejectionOf(breaker.run(() => Promise.reject(full)))
    const between = breaker.state
    await succeed(breaker)

    expect([between, breaker.state]).toEqual(['halfOpen', 'closed'])
  })
})
