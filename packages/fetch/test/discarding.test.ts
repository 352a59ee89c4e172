import type { HttpBodyOptions } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { answers } from './scripted-fetch.ts'
import { endless, SentBody } from './sent-body.ts'

/** What became of the body of a first answer that is followed by another attempt. */
async function dropped(sent: SentBody, body: HttpBodyOptions = {}): Promise<SentBody> {
  const { api, clock } = client([() => sent.response, answers(200)], { body })
  const response = await ended(clock, api(ORIGIN))
  expect(response.status).toBe(200)
  expect(clock.pendingTimers).toBe(0)
  return sent
}

describe('a response that is followed by another attempt', () => {
  it.each([
    ['nothing', []],
    ['a line', [100]],
    ['128 KiB', [131_072]],
    ['128 KiB, in parts', [131_071, 1]],
  ])('is read to its end when it has %s', async (_, chunks) => {
    const sent = await dropped(new SentBody(chunks.values()))

    expect([sent.hasEnded, sent.cancelled]).toEqual([true, 0])
  })

  it.each([
    ['a byte more', [131_072, 1]],
    ['more in one part', [200_000]],
    ['no end', endless()],
  ])('is cancelled when it has %s', async (_, chunks) => {
    const sent = await dropped(new SentBody(Array.isArray(chunks) ? chunks.values() : chunks))

    expect([sent.hasEnded, sent.cancelled]).toEqual([false, 1])
    expect(sent.pulled).toBeLessThanOrEqual(200_000)
  })

  it('is cancelled unread when it says that it is longer', async () => {
    const sent = await dropped(new SentBody([10].values(), { 'content-length': '131073' }))

    expect([sent.pulled, sent.cancelled]).toEqual([0, 1])
  })

  it.each(['131072', 'many', ''])('is read when its length is no more, or no number: %j', async length => {
    const sent = await dropped(new SentBody([10].values(), { 'content-length': length }))

    expect([sent.hasEnded, sent.cancelled]).toEqual([true, 0])
  })

  it('is read up to drainBytes', async () => {
    const within = await dropped(new SentBody([10].values()), { drainBytes: 10 })
    const beyond = await dropped(new SentBody([11].values()), { drainBytes: 10 })
    const never = await dropped(new SentBody([1].values()), { drainBytes: 0 })
    const empty = await dropped(new SentBody([].values()), { drainBytes: 0 })

    expect([within, beyond, never, empty].map(({ hasEnded }) => hasEnded)).toEqual([true, false, false, true])
  })

  it('may go without a body', async () => {
    const { api, clock } = client([answers(503, {}, null), answers(200)])

    expect((await ended(clock, api(ORIGIN))).status).toBe(200)
  })

  it('that somebody else reads is left to them', async () => {
    const sent = new SentBody([10].values())
    const reader = sent.response.body?.getReader()

    await dropped(sent)

    expect([sent.pulled, sent.cancelled]).toEqual([0, 0])
    expect((await reader?.read())?.value).toHaveLength(10)
  })

  it('that breaks changes nothing', async () => {
    const broken = new ReadableStream({ pull: controller => controller.error(new Error('reset')) })

    const { api, clock } = client([() => new Response(broken, { status: 503 }), answers(200)])

    expect((await ended(clock, api(ORIGIN))).status).toBe(200)
    expect(clock.pendingTimers).toBe(0)
  })

  it('whose cancellation fails changes nothing', async () => {
    const stubborn = new ReadableStream({ cancel: () => Promise.reject(new Error('reset')) })
    const headers = { 'content-length': '999999999' }

    const { api, clock } = client([() => new Response(stubborn, { status: 503, headers }), answers(200)])

    expect((await ended(clock, api(ORIGIN))).status).toBe(200)
  })
})
