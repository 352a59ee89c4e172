import type { HttpBodyOptions } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { clientOn, ended, ORIGIN } from './client.ts'
import { answers, type Turn } from './scripted-fetch.ts'
import { endless, SentBody } from './sent-body.ts'

describe('a response that comes slowly', () => {
  async function slow(chunks: readonly number[], body: HttpBodyOptions): Promise<SentBody> {
    const clock = virtualClock()
    const sent = new SentBody(chunks.values(), {}, clock)
    const { api } = clientOn(clock, [() => sent.response, answers(200)], { body })
    await ended(clock, api(ORIGIN))
    expect(clock.pendingTimers).toBe(0)
    return sent
  }

  it('is read for a second, and then cancelled', async () => {
    const sent = await slow([1, 1, 1, 1, 1], {})

    expect([sent.hasEnded, sent.cancelled]).toEqual([false, 1])
  })

  it('is read for as long as drainMs', async () => {
    const sent = await slow([1, 1, 1, 1, 1], { drainMs: 5_000 })

    expect([sent.hasEnded, sent.cancelled]).toEqual([true, 0])
  })

  it('does not hold the next attempt up', async () => {
    const clock = virtualClock()
    const sent = new SentBody(endless(), {}, clock)
    const made = clientOn(clock, [() => sent.response, answers(200)])

    const answer = made.api(ORIGIN)
    await clock.advance(100)
    const response = await answer

    expect(response.status).toBe(200)
    expect([sent.hasEnded, sent.cancelled]).toEqual([false, 0])
    await clock.runAll()
    expect(sent.cancelled).toBe(1)
  })
})

describe('a response that comes too late', () => {
  /** Answers after its limit although it was told that nobody waits for it. */
  const late =
    (clock: VirtualClock, response: Response): Turn =>
    () =>
      new Promise(resolve => {
        clock.setTimeout(() => resolve(response), 9_000)
      })

  it('after the limit of its attempt is dropped', async () => {
    const clock = virtualClock()
    const sent = new SentBody([10].values())
    const { api } = clientOn(clock, [late(clock, sent.response), answers(200)])

    const response = await ended(clock, api(ORIGIN))

    expect([response.status, sent.hasEnded]).toEqual([200, true])
    expect(clock.pendingTimers).toBe(0)
  })

  it.each(['total', 'abort'])('after the call has ended is dropped: %s', async how => {
    const clock = virtualClock()
    const sent = new SentBody([10].values())
    const controller = new AbortController()
    const { api } = clientOn(clock, [late(clock, sent.response)], {
      retry: false,
      ...(how === 'total' && { total: { timeoutMs: 50 } }),
    })

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    await clock.advance(50)
    controller.abort()
    await ended(clock, rejection)

    expect(sent.hasEnded).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })
})
