import { type ResilientFetchOptions, retryInfo } from '@holdfast/fetch'
import { constant } from '@holdfast/retry'
import { describe, expect, it, vi } from 'vitest'
import { client, ended, ORIGIN, sentAt } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails, type Turn } from './scripted-fetch.ts'

async function calls(turns: readonly Turn[], retry: ResilientFetchOptions['retry'], init = {}): Promise<number> {
  const { api, clock, fetch } = client(turns, { retry })
  await ended(clock, api(ORIGIN, init)).catch(() => {})
  return fetch.sent.length
}

describe('other options of the retry', () => {
  it('maxAttempts counts the first call', async () => {
    expect(await calls([answers(503)], { maxAttempts: 1 })).toBe(1)
    expect(
      await calls(
        Array.from({ length: 5 }, () => answers(503)),
        { maxAttempts: 5 },
      ),
    ).toBe(5)
  })

  it('backoff is in place of that of the preset, and Retry-After counts all the same', async () => {
    const backoff = constant({ delayMs: 70, jitter: 'none' })
    const made = client([answers(503), answers(503, { 'retry-after': '1' }), answers(200)], {
      random: () => 0,
      retry: { backoff },
    })

    await ended(made.clock, made.api(ORIGIN))

    expect(sentAt(made)).toEqual([0, 70, 1_070])
  })

  it('delayFor is in place of Retry-After and of the first wait after a broken connection', async () => {
    const made = client([fails(reset()), answers(503, { 'retry-after': '9' }), answers(200)], {
      retry: { delayFor: ({ attempt, delayMs }) => attempt * 1_000 + delayMs },
    })

    await ended(made.clock, made.api(ORIGIN))

    expect(sentAt(made)).toEqual([0, 1_100, 3_300])
  })

  it('delayFor may leave it to the backoff', async () => {
    const made = client([answers(503, { 'retry-after': '9' }), answers(200)], { retry: { delayFor: () => undefined } })

    await ended(made.clock, made.api(ORIGIN))

    expect(sentAt(made)).toEqual([0, 100])
  })

  it('beforeRetry is awaited before each retry', async () => {
    const { api, clock, fetch } = client([answers(401), answers(200)], {
      retry: {
        handlesResult: ({ status }: Response) => status === 401,
        beforeRetry: ({ result, attempt }) => tokens.push(`after ${(result as Response).status}, ${attempt}`),
      },
    })
    const tokens: string[] = []

    const response = await ended(clock, api(ORIGIN))

    expect([response.status, fetch.sent.length, tokens]).toEqual([200, 2, ['after 401, 1']])
  })

  it('discard receives each answer that is dropped, after its connection was freed', async () => {
    const dropped = new Response('kelp', { status: 503 })
    const received: unknown[] = []
    const { api, clock } = client([() => dropped, answers(200)], {
      retry: { discard: (answer: Response) => received.push(answer, answer.body?.locked) },
    })

    await ended(clock, api(ORIGIN))

    expect(received).toEqual([dropped, true])
  })

  it('discard that throws does not keep a connection', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    const dropped = new Response('kelp', { status: 503 })
    const { api, clock } = client([() => dropped, answers(200)], {
      retry: {
        discard: () => {
          throw new Error('fault of discard')
        },
      },
    })

    const response = await ended(clock, api(ORIGIN))

    expect([response.status, dropped.bodyUsed]).toEqual([200, true])
    expect(reported).toHaveBeenCalled()
    reported.mockRestore()
  })

  it('name is what errors and events call it', async () => {
    const { api, clock } = client([answers(503)], { retry: { name: 'again', maxAttempts: 1 } })
    const names: string[] = []
    api.policy.subscribe(({ policy }) => names.push(policy.name))

    const response = await ended(clock, api(ORIGIN))

    expect([names, retryInfo(response)?.stopped]).toEqual([['again'], 'attempts'])
  })
})
