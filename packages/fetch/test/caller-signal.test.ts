import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails } from './scripted-fetch.ts'

describe('a signal that does not abort', () => {
  it.each([
    ['an answer without a body', [answers(204, {}, null)]],
    ['an error', [fails(new Error('no'))]],
    ['several attempts', [fails(reset()), answers(503), answers(204, {}, null)]],
  ])('has no listener left after %s', async (_, turns) => {
    const { api, clock } = client(turns)
    const { signal } = new AbortController()

    await ended(clock, api(ORIGIN, { signal })).catch(() => {})

    expect(abortListeners(signal)).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('has one listener while the body is there to be read, and none when it has been', async () => {
    const { api, clock } = client([answers(200)])
    const { signal } = new AbortController()

    const response = await ended(clock, api(ORIGIN, { signal }))
    const early = abortListeners(signal)
    await response.text()

    expect([early, abortListeners(signal)]).toEqual([1, 0])
  })

  it('has no more than one listener during a call', async () => {
    const { api, clock } = client([answers(503), answers(503), answers(204, {}, null)])
    const { signal } = new AbortController()
    const counts: number[] = []

    const answer = api(ORIGIN, { signal })
    for (let turn = 0; turn < 5; turn++) {
      counts.push(abortListeners(signal))
      await clock.advance(50)
    }
    await ended(clock, answer)

    expect(Math.max(...counts)).toBe(1)
  })
})

describe('what is no signal', () => {
  it('is an error', async () => {
    const { api } = client([])

    expect(await rejectionOf(api(ORIGIN, { signal: 'soon' as never }))).toBeInstanceOf(TypeError)
  })
})
