import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails, hangs } from './scripted-fetch.ts'

const reason = new Error('the visitor has left')

describe('the abort of the caller', () => {
  it('before the call: nothing is sent', async () => {
    const { api, clock, fetch } = client([])

    const rejection = await rejectionOf(api(ORIGIN, { signal: AbortSignal.abort(reason) }))

    expect(rejection).toBe(reason)
    expect([fetch.sent, clock.pendingTimers]).toEqual([[], 0])
  })

  it('during an attempt: the request is aborted for the same reason', async () => {
    const { api, clock, fetch } = client([hangs()])
    const controller = new AbortController()

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    await clock.advance(10)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(fetch.sent[0]?.request.signal.reason).toBe(reason)
    expect([fetch.sent.length, clock.pendingTimers]).toEqual([1, 0])
  })

  it('during a later attempt: that one is aborted, and has a signal of its own', async () => {
    const { api, clock, fetch } = client([hangs(), hangs()])
    const controller = new AbortController()

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    await clock.advance(9_000)
    const [first, second] = fetch.sent.map(({ request }) => request.signal)
    const early = [first?.aborted, second?.aborted]
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(early).toEqual([true, false])
    expect(second?.reason).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['the backoff', answers(503)],
    ['a Retry-After', answers(503, { 'retry-after': '20' })],
    ['the first wait after a broken connection', fails(reset())],
  ])('during %s: there is no further attempt', async (_, turn) => {
    const { api, clock, fetch } = client([turn])
    const controller = new AbortController()

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    await clock.settle()
    const waiting = clock.pendingTimers
    controller.abort(reason)
    const left = clock.pendingTimers
    const error = await rejection
    await clock.advance(60_000)

    expect(error).toBe(reason)
    expect([waiting > 0, left, fetch.sent.length]).toEqual([true, 0, 1])
    expect(retryInfo(error)).toMatchObject({ attempts: 1, stopped: 'cancelled' })
  })

  it('by the signal of a Request counts, too', async () => {
    const { api, clock, fetch } = client([hangs()])
    const controller = new AbortController()

    const rejection = rejectionOf(api(new Request(ORIGIN, { signal: controller.signal })))
    await clock.advance(10)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(fetch.sent).toHaveLength(1)
  })

  it('by the signal of a Request does not count where the second argument names another, or null', async () => {
    for (const signal of [new AbortController().signal, null]) {
      const { api, clock } = client([answers(200)])
      const request = new Request(ORIGIN, { signal: AbortSignal.abort(reason) })

      const response = await ended(clock, api(request, { signal }))

      expect(response.status).toBe(200)
    }
  })

  it('by a limit of the platform is an abort, and is not repeated', async () => {
    const { api, clock, fetch } = client([hangs()])
    const controller = new AbortController()
    const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError')

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    await clock.advance(10)
    controller.abort(late)

    expect(await rejection).toBe(late)
    expect(fetch.sent).toHaveLength(1)
  })

  it.each([undefined, null, 0, '', 'left'])('may have any reason: %j', async given => {
    const { api, clock } = client([hangs()])
    const controller = new AbortController()

    const rejection = rejectionOf(api(ORIGIN, { signal: controller.signal }))
    await clock.advance(10)
    controller.abort(given)

    expect(await rejection).toBe(controller.signal.reason)
  })

  it('that comes after the answer ends its body, and does not take it back', async () => {
    const controller = new AbortController()
    const { api, clock, fetch } = client([answers(200)])

    const response = await ended(clock, api(ORIGIN, { signal: controller.signal }))
    controller.abort(reason)

    expect(response.status).toBe(200)
    expect(fetch.sent[0]?.request.signal.reason).toBe(reason)
  })

  it('that comes as fetch is called aborts what it has begun', async () => {
    const controller = new AbortController()
    const signals: (AbortSignal | null | undefined)[] = []
    const { api } = client([], {
      fetch: (_, init) => {
        signals.push(init?.signal)
        controller.abort(reason)
        return new Promise(() => {})
      },
    })

    const rejection = await rejectionOf(api(ORIGIN, { signal: controller.signal }))

    expect(rejection).toBe(reason)
    expect(signals.map(signal => signal?.reason as unknown)).toEqual([reason])
  })

  it('while the body function is at work sends nothing that goes on', async () => {
    const controller = new AbortController()
    const { api, clock, fetch } = client([hangs()])
    const body = (): Promise<string> =>
      new Promise(resolve => {
        clock.setTimeout(() => resolve('kelp'), 20)
      })

    const rejection = rejectionOf(api(ORIGIN, { method: 'PUT', body, signal: controller.signal }))
    await clock.advance(10)
    controller.abort(reason)
    await clock.advance(60_000)

    expect(await rejection).toBe(reason)
    expect(fetch.sent.filter(({ request }) => !request.signal.aborted)).toEqual([])
  })
})
