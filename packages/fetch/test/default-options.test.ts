import { type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { client, clientOn, ended, ORIGIN, sentAt } from './client.ts'
import { answers, hangs, type Turn } from './scripted-fetch.ts'

const three = (turn: Turn): Turn[] => [turn, turn, turn]

/** All options of the preset, each as undefined. */
const everyOption: { readonly [Option in keyof Required<ResilientFetchOptions>]: undefined } = {
  name: undefined,
  clock: undefined,
  enabled: undefined,
  fetch: undefined,
  keyBy: undefined,
  maxKeys: undefined,
  maxRetryAfterMs: undefined,
  total: undefined,
  retry: undefined,
  breaker: undefined,
  attempt: undefined,
  body: undefined,
  isIdempotent: undefined,
  idempotencyKey: undefined,
  attemptHeader: undefined,
  deadlineHeader: undefined,
  throwsOnStatus: undefined,
  random: undefined,
}

describe('an option that is undefined', () => {
  it('is the default, for all of them', () => {
    expect(resilientFetch(everyOption).policy.name).toBe('fetch')
  })

  it('is the default within the total limit and that of the attempt', async () => {
    const options: object = { total: { timeoutMs: undefined }, attempt: { timeoutMs: undefined }, random: () => 0 }
    const hanging = client(three(hangs()), options)

    const rejection = ended(hanging.clock, hanging.api(ORIGIN))

    await expect(rejection).rejects.toMatchObject({ phase: 'attempt', timeoutMs: 8_000 })
    expect(sentAt(hanging)).toEqual([0, 8_001, 16_002])
  })

  it('is the default within the retry', async () => {
    const retry = {
      maxAttempts: undefined,
      delayFor: undefined,
      budget: undefined,
      handles: undefined,
      random: undefined,
    }
    const busy = client(three(answers(503, { 'retry-after': '2' })), { retry: { ...retry, handlesResult: undefined } })

    const response = await ended(busy.clock, busy.api(ORIGIN))

    expect(response.status).toBe(503)
    expect(sentAt(busy)).toEqual([0, 3_000, 6_000])
  })

  it('is the default within the breaker', async () => {
    const breaker = { handlesResult: undefined, ignoresResult: undefined, ignores: undefined, trip: undefined }
    const down = client(
      Array.from({ length: 5 }, () => answers(503)),
      { retry: false, breaker },
    )

    for (let call = 0; call < 5; call++) await ended(down.clock, down.api(ORIGIN))

    expect(down.api.breakerOf(ORIGIN)?.state).toBe('open')
  })

  it('is the default within the body', () => {
    const body = { idleMs: undefined, replayBytes: undefined, drainBytes: undefined, drainMs: undefined }

    expect(() => resilientFetch({ body })).not.toThrow()
  })
})

describe('the second argument of a resilient fetch', () => {
  it.each([
    ['left out', undefined],
    ['null', null],
    ['empty', {}],
  ])('may be %s, as with fetch', async (_, init) => {
    const { api, clock } = client([answers(200)])

    const response = await ended(clock, api(ORIGIN, init as undefined))

    expect(response.status).toBe(200)
  })

  it('is handed to fetch, without what is ours, and is not written to', async () => {
    const { clock } = client([])
    const seen: unknown[] = []
    const init = Object.freeze({
      method: 'PUT',
      body: 'kelp',
      cache: 'no-store' as const,
      redirect: 'manual' as const,
      dispatcher: 'agent',
      context: {},
      deadline: { remainingMs: () => 1_000 },
    })
    const { api } = clientOn(clock, [], {
      fetch: async (...args) => {
        seen.push(args)
        return new Response()
      },
    })

    await ended(clock, api(ORIGIN, init))

    const sent = { method: 'PUT', body: 'kelp', cache: 'no-store', redirect: 'manual', dispatcher: 'agent' }
    expect(seen).toEqual([[ORIGIN, { ...sent, duplex: 'half', signal: expect.any(AbortSignal) as AbortSignal }]])
  })
})
