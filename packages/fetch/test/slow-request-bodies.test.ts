import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { clientOn, ended, ORIGIN, sentAt } from './client.ts'
import { answers, reads } from './scripted-fetch.ts'

/** A Request whose body comes so many milliseconds after it is asked for. */
function slow(clock: VirtualClock, afterMs: number) {
  const cancelled: unknown[] = []
  const body = new ReadableStream(
    {
      pull: controller =>
        new Promise<void>(resolve => {
          clock.setTimeout(() => {
            controller.enqueue(new TextEncoder().encode('kelp'))
            controller.close()
            resolve()
          }, afterMs)
        }),
      cancel: reason => void cancelled.push(reason),
    },
    { highWaterMark: 0 },
  )
  return { request: new Request(ORIGIN, { method: 'PUT', body, duplex: 'half' } as RequestInit), cancelled }
}

describe('a Request whose body comes slowly', () => {
  it('is sent when it has come', async () => {
    const clock = virtualClock()
    const made = clientOn(clock, [reads(answers(200))])

    await ended(clock, made.api(slow(clock, 700).request))

    expect(sentAt(made)).toEqual([700])
    expect(made.fetch.sent.map(({ text }) => text)).toEqual(['kelp'])
  })

  it('is sent by the next attempt when it was too slow for the first', async () => {
    const clock = virtualClock()
    const made = clientOn(clock, [reads(answers(200))])

    const response = await ended(clock, made.api(slow(clock, 10_000).request))

    expect(response.status).toBe(200)
    expect(sentAt(made)).toEqual([10_000])
    expect(made.fetch.sent.map(({ text }) => text)).toEqual(['kelp'])
  })

  it('is cancelled when the caller leaves meanwhile', async () => {
    const clock = virtualClock()
    const made = clientOn(clock, [])
    const controller = new AbortController()
    const reason = new Error('enough')
    const { request, cancelled } = slow(clock, 700)

    const rejection = rejectionOf(made.api(request, { signal: controller.signal }))
    await clock.advance(100)
    controller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(cancelled).toEqual([reason])
    expect([made.fetch.sent.length, abortListeners(controller.signal)]).toEqual([0, 0])
  })
})
